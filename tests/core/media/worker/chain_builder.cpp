#include "tests/core/media/worker/chain_builder.h"

#include "core/error.h"
#include "core/graph/catalogue.h"

#include <QtGlobal>
#include <algorithm>

namespace ratescope::media {
namespace {

graph::Stage stageOf(run::TaskKind kind) {
    if (kind == run::TaskKind::Extract) return graph::Stage::Extract;
    if (kind == run::TaskKind::Decode) return graph::Stage::Decode;
    return graph::Stage::Encode;
}

/// A family may have more than one library, so that the files beside them tell.
std::filesystem::path libraryOf(const std::string& type) {
    if (type.starts_with("test.")) return familyLibrary("test");
    const std::filesystem::path build = qgetenv("RATESCOPE_BUILD").toStdString();
    static const graph::Catalogue catalogue = graph::loadCatalogue({build / "plugins"});
    return catalogue.libraryOf(type);
}

}  // namespace

std::filesystem::path familyLibrary(const std::string& family) {
    const std::filesystem::path build = qgetenv("RATESCOPE_BUILD").toStdString();
    const std::string name = "libratescope-" + family + ".so";
    return family == "test" ? build / "tests" / "plugins" / name : build / "plugins" / name;
}

ChainBuilder::ChainBuilder() {
    chain.id = 1;
    chain.staging = folder() / "staging";
    chain.cache = folder() / "cache";
    chain.checkpoints = folder() / "checkpoints";
    chain.scratch = folder() / "scratch";
    forget();
}

void ChainBuilder::forget() {
    for (const auto& part : {chain.staging, chain.cache, chain.checkpoints, chain.scratch}) {
        std::filesystem::remove_all(part);
        std::filesystem::create_directories(part);
    }
    chain.wanted.clear();
    chain.streams.clear();
    chain.publish.clear();
    chain.writes.clear();
    chain.maps.clear();
}

Hash ChainBuilder::add(run::TaskKind kind, const std::string& type, const Settings& settings,
                       const Wires& inputs, std::optional<std::uint64_t> seed, std::int64_t index) {
    run::Task task;
    task.kind = kind;
    task.type = type;
    task.node = type.substr(type.find('.') + 1);
    task.library = libraryOf(type);
    const graph::Manifest& manifest = plugins.node(task.library, type).manifest;
    task.version = manifest.version;
    for (const graph::Parameter& parameter : manifest.parameters) {
        if (parameter.stage != stageOf(kind) && parameter.stage != graph::Stage::Every) continue;
        const auto set = settings.find(parameter.id);
        task.parameters[parameter.id] = set != settings.end() ? set->second : parameter.defaultValue;
    }
    task.seed = seed;
    task.inputs = inputs;
    task.index = index;
    task.key = run::keyOf(task, manifest);
    const bool known = std::any_of(chain.tasks.begin(), chain.tasks.end(),
                                   [&](const run::Task& other) { return other.key == task.key; });
    if (!known) chain.tasks.push_back(task);
    return task.key;
}

ChainBuilder::Coded ChainBuilder::code(const std::string& type, const Settings& settings, const Wires& inputs,
                                       const Wires& decoderInputs) {
    const graph::Manifest& manifest = plugins.node(libraryOf(type), type).manifest;
    const bool extracts =
        std::any_of(manifest.parameters.begin(), manifest.parameters.end(),
                    [](const graph::Parameter& p) { return p.stage == graph::Stage::Extract; });
    Coded coded;
    coded.encode = add(run::TaskKind::Encode, type, settings, inputs);
    coded.extract = coded.encode;
    if (extracts)
        coded.extract =
            add(run::TaskKind::Extract, type, settings, {{"bitstream", {{coded.encode, "bitstream"}}}});
    Wires wires = decoderInputs;
    wires["bitstream"] = {{coded.extract, "bitstream"}};
    coded.decode = add(run::TaskKind::Decode, type, settings, wires);
    return coded;
}

Hash ChainBuilder::measure(const std::string& type, const run::TaskOutput& reference,
                           const run::TaskOutput& candidate) {
    const Hash prepare = add(run::TaskKind::Prepare, type, {}, {{"reference", {reference}}});
    return add(run::TaskKind::Score, type, {},
               {{"candidate", {candidate}}, {"prepared", {{prepare, "prepared"}}}});
}

const run::Task& ChainBuilder::task(const Hash& key) const {
    for (const run::Task& task : chain.tasks)
        if (task.key == key) return task;
    throw Error(ErrorKind::Internal, "The chain lacks a task.", "");
}

}  // namespace ratescope::media
