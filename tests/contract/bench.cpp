#include "tests/contract/bench.h"

#include "core/buffer/value_file.h"
#include "core/media/node/canonical_hash.h"
#include "core/media/worker/call.h"

#include <algorithm>
#include <cstdio>

namespace ratescope::contract {
namespace {

using namespace media;
using graph::NodeKind;
using run::TaskKind;

std::string streamName(TaskKind kind) {
    return kind == TaskKind::Extract ? "extracted bitstream" : "bitstream";
}

void noteScore(const run::MetricScore& score, Trial& trial) {
    char text[80];
    std::snprintf(text, sizeof text, "%a %a", score.s0, score.s1);
    trial.exact["score " + score.metric] = text;
    trial.scores[score.metric + " s0"] = score.s0;
    trial.scores[score.metric + " s1"] = score.s1;
}

}  // namespace

Bench::Bench(const graph::Manifest& manifest, const Sample& sample) : manifest_(manifest), sample_(sample) {
    addTasks();
    for (const run::Task& task : builder_.chain.tasks) {
        builder_.chain.wanted.push_back(task.key);
        builder_.chain.publish.push_back(task.key);
    }
}

void Bench::holdInputs(ValueCache& cache) const {
    for (const auto& [output, value] : values_)
        cache.insert(output, value);
}

void Bench::publishInputs() const {
    for (const auto& [output, value] : values_)
        writeValueFile(builder_.chain.cache / (output.task.hex() + "." + output.port), toParts(value));
}

bool Bench::inputsChanged() const {
    return std::any_of(values_.begin(), values_.end(),
                       [](const auto& input) { return canonicalHash(input.second) != input.first.task; });
}

void Bench::note(const std::vector<run::TaskReport>& reports, Trial& trial) const {
    for (const run::TaskReport& report : reports) {
        if (report.failure) {
            trial.failure = report.failure;
            return;
        }
        const run::Task& task = builder_.task(report.key);
        trial.exact[(task.file.empty() ? "key " : "key by file ") + std::string(run::toText(task.kind))] =
            report.key.hex();
        if (report.stream) trial.exact[streamName(task.kind)] = report.stream->hash.hex();
        for (const auto& [name, count] : report.counts)
            trial.exact["count " + name] = std::to_string(count);
        for (const auto& [name, csv] : report.tables)
            trial.exact["table " + name] = sha256(csv).hex();
        for (const run::MetricScore& score : report.scores)
            noteScore(score, trial);
        noteOutputs(task, trial);
    }
}

std::string Bench::leftBy(const Hash& task) const {
    const run::Chain& chain = builder_.chain;
    for (const std::filesystem::path& folder : {chain.staging, chain.cache, chain.scratch})
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().filename().string().find(task.hex()) != std::string::npos)
                return entry.path().string();
    return "";
}

std::vector<run::TaskOutput> Bench::wire(const std::string& port) {
    std::vector<run::TaskOutput> outputs;
    for (const Value& value : sample_.inputs.at(port)) {
        outputs.push_back({canonicalHash(value), "value"});
        values_.emplace(outputs.back(), value);
    }
    return outputs;
}

Wires Bench::wires(const std::vector<graph::PortRole>& roles) {
    Wires found;
    for (const graph::Port& port : manifest_.inputs)
        if (sample_.inputs.contains(port.id) &&
            std::find(roles.begin(), roles.end(), port.role) != roles.end())
            found[port.id] = wire(port.id);
    return found;
}

void Bench::addTasks() {
    using enum graph::PortRole;
    const std::string& id = manifest_.id;
    const std::optional<std::uint64_t> seed =
        manifest_.usesSeed ? std::optional<std::uint64_t>(7) : std::nullopt;
    switch (manifest_.kind) {
        case NodeKind::Codec:
            builder_.code(id, sample_.settings, wires({Coded, Encoder, Shared}), wires({Shared}));
            break;
        case NodeKind::Measure:
            addMeasure();
            break;
        case NodeKind::Source:
            builder_.add(TaskKind::Source, id, {}, {}, seed, sample_.index);
            nameFile();
            break;
        case NodeKind::Analysis:
            builder_.add(TaskKind::Analyse, id, {}, {}, seed);
            nameFile();
            break;
        default:
            builder_.add(TaskKind::Transform, id, sample_.settings, wires({Value}), seed);
    }
}

void Bench::addMeasure() {
    const Hash prepare = builder_.add(TaskKind::Prepare, manifest_.id, sample_.settings,
                                      wires({graph::PortRole::Reference, graph::PortRole::Value}));
    Wires inputs = wires({graph::PortRole::Candidate});
    inputs["prepared"] = {{prepare, preparedPort}};
    builder_.add(TaskKind::Score, manifest_.id, sample_.settings, inputs);
}

void Bench::nameFile() {
    if (sample_.file.empty()) return;
    run::Task& task = builder_.chain.tasks.back();
    task.file = sample_.file;
    std::error_code missing;
    if (std::filesystem::exists(task.file, missing)) task.fileHash = sha256OfFile(task.file);
    task.key = run::keyOf(task, manifest_);
}

void Bench::noteOutputs(const run::Task& task, Trial& trial) const {
    if (task.kind != TaskKind::Source && task.kind != TaskKind::Transform && task.kind != TaskKind::Decode)
        return;
    for (const graph::Port& port : manifest_.outputs) {
        if (port.type == graph::PortType::Bitstream) continue;
        const auto file = builder_.chain.cache / (task.key.hex() + "." + port.id);
        trial.exact["output " + port.id] = canonicalHash(fromParts(mapValueFile(file))).hex();
    }
}

}  // namespace ratescope::contract
