#include "core/run/jobs.h"

#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/run/assets.h"
#include "core/run/command_files.h"
#include "core/run/installation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string_view>

namespace ratescope::run {
namespace {

using graph::Manifest;
using graph::NodeKind;
using graph::PortRole;

const Manifest& requireKind(const graph::Catalogue& catalogue, const std::string& node, NodeKind kind) {
    const Manifest* manifest = catalogue.find(node);
    if (!manifest)
        throw Error(ErrorKind::Usage, "There is no node \"" + node + "\".",
                    "`ratescope-cli nodes` lists all.");
    if (manifest->kind != kind)
        throw Error(ErrorKind::Usage,
                    node + " is a " + toText(manifest->kind) + ", not a " + toText(kind) + ".",
                    std::string("Name a ") + toText(kind) + ": `ratescope-cli nodes` lists them.");
    return *manifest;
}

/// The source that reads files of that type, if one is installed.
const Manifest* installedSource(const graph::Catalogue& catalogue, graph::PortType type) {
    for (const Manifest* manifest : catalogue.all()) {
        if (manifest->kind != NodeKind::Source || manifest->assets.by != graph::AssetRule::By::Files)
            continue;
        if (!manifest->outputs.empty() && manifest->outputs.front().type == type) return manifest;
    }
    return nullptr;
}

const Manifest& sourceOf(const graph::Catalogue& catalogue, graph::PortType type) {
    if (const Manifest* source = installedSource(catalogue, type)) return *source;
    throw Error(ErrorKind::Plugin, std::string("No installed source reads a file as ") + toText(type) + ".",
                "Install the plugin that does: see RATESCOPE_PLUGINS.");
}

/// Relative paths begin in the working folder.
std::string resolved(const graph::Parameter& parameter, const graph::ParameterValue& command) {
    try {
        return resolveCommand(std::get<std::string>(command),
                              {std::filesystem::current_path(), installedRoots()}, sha256OfFile);
    } catch (const Error& error) {
        throw Error(error.kind(), parameter.id + ": " + error.what(), error.remedy());
    }
}

void takeSettings(Task& task, const Manifest& manifest, graph::Stage stage, const Settings& settings) {
    for (const graph::Parameter& parameter : manifest.parameters) {
        if (parameter.stage != stage && parameter.stage != graph::Stage::Every) continue;
        const auto given = settings.find(parameter.id);
        graph::ParameterValue& value = task.parameters[parameter.id];
        value =
            given == settings.end() ? parameter.defaultValue : graph::parseValue(parameter, given->second);
        if (parameter.type == graph::ParameterType::Command) value = resolved(parameter, value);
    }
}

void refuseUnknown(const Manifest& manifest, const Settings& settings) {
    for (const auto& [id, text] : settings)
        if (!manifest.parameter(id))
            throw Error(ErrorKind::Usage, manifest.id + " has no parameter \"" + id + "\".",
                        "`ratescope-cli nodes " + manifest.id + "` lists them.");
}

Task newTask(const graph::Catalogue& catalogue, const Manifest& manifest, TaskKind kind) {
    Task task;
    task.kind = kind;
    task.node = manifest.id;
    task.type = manifest.id;
    task.version = manifest.version;
    task.library = catalogue.libraryOf(manifest.id);
    if (manifest.usesSeed) task.seed = 0;
    return task;
}

Hash append(Chain& chain, Task task, const Manifest& manifest) {
    task.key = keyOf(task, manifest);
    const auto there = std::find_if(chain.tasks.begin(), chain.tasks.end(),
                                    [&](const Task& other) { return other.key == task.key; });
    if (there == chain.tasks.end()) chain.tasks.push_back(task);
    return task.key;
}

bool isFolder(const std::filesystem::path& file) {
    std::error_code ignored;
    return std::filesystem::is_directory(file, ignored);
}

/// Whether it begins as a zip archive or as the magic number of PyTorch's older files: in llama2.c's files, which are
/// called .bin too, these would be widths of a hundred million.
bool isPyTorchFile(const std::filesystem::path& file) {
    std::array<char, 4> begin{};
    std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
    const std::string_view text(begin.data(), begin.size());
    return text == "PK\3\4" || text == "\x80\x02\x8a\x0a";
}

/// What a file is read as for a port: a language model stands where any tensors may.
graph::PortType typeOf(const graph::Catalogue& catalogue, const graph::Port& port,
                       const std::filesystem::path& file) {
    if (port.type != graph::PortType::TensorSet || !port.schema.empty()) return port.type;
    const Manifest* models = installedSource(catalogue, graph::PortType::LanguageModel);
    if (!models || isPyTorchFile(file)) return port.type;
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool isModel =
        isFolder(file) || std::ranges::any_of(models->assets.extensions,
                                              [&](const std::string& of) { return extension == "." + of; });
    return isModel ? graph::PortType::LanguageModel : port.type;
}

/// A language model's folder is named by its configuration.
std::filesystem::path assetFile(graph::PortType type, const std::filesystem::path& file) {
    const bool isModelFolder = type == graph::PortType::LanguageModel && isFolder(file);
    return std::filesystem::absolute(isModelFolder ? file / "config.json" : file);
}

/// Adds the task that reads a file for the port.
TaskOutput appendSource(Chain& chain, const graph::Catalogue& catalogue, const graph::Port& port,
                        const std::filesystem::path& file) {
    const graph::PortType type = typeOf(catalogue, port, file);
    const Manifest& manifest = sourceOf(catalogue, type);
    Task task = newTask(catalogue, manifest, TaskKind::Source);
    takeSettings(task, manifest, graph::Stage::Encode, {});
    task.parameters.erase(manifest.assets.parameter);
    task.file = assetFile(type, file);
    task.fileHash = assetOf(task.file, manifest.assets, sha256OfFile).keyHash();
    return {append(chain, task, manifest), manifest.outputs.front().id};
}

/// Connects files to the ports of the given roles; every required one must be there.
void connectFiles(Chain& chain, Task& task, const graph::Catalogue& catalogue, const Manifest& manifest,
                  const InputFiles& files, std::initializer_list<PortRole> roles) {
    for (const auto& [port, file] : files)
        if (!manifest.input(port))
            throw Error(ErrorKind::Usage, manifest.id + " has no input \"" + port + "\".",
                        "`ratescope-cli nodes " + manifest.id + "` lists them.");
    for (const graph::Port& port : manifest.inputs) {
        if (std::find(roles.begin(), roles.end(), port.role) == roles.end()) continue;
        const auto file = files.find(port.id);
        if (file != files.end())
            task.inputs[port.id].push_back(appendSource(chain, catalogue, port, file->second));
        else if (port.required)
            throw Error(ErrorKind::Usage, manifest.id + " needs its input \"" + port.id + "\".",
                        "Add --input " + port.id + "=FILE.");
    }
}

bool hasExtract(const Manifest& manifest) {
    return std::any_of(manifest.parameters.begin(), manifest.parameters.end(),
                       [](const auto& parameter) { return parameter.stage == graph::Stage::Extract; });
}

const graph::Port& decodedOutput(const Manifest& manifest) {
    for (const graph::Port& port : manifest.outputs)
        if (port.type != graph::PortType::Bitstream) return port;
    throw Error(ErrorKind::Plugin, manifest.id + " has no decoded output.", "Install a mended plugin.");
}

}  // namespace

Job encodeJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
              const InputFiles& inputs, const std::filesystem::path& input,
              const std::filesystem::path& output) {
    const Manifest& manifest = requireKind(catalogue, node, NodeKind::Codec);
    refuseUnknown(manifest, settings);
    Job job;
    Task encode = newTask(catalogue, manifest, TaskKind::Encode);
    takeSettings(encode, manifest, graph::Stage::Encode, settings);
    connectFiles(job.chain, encode, catalogue, manifest, inputs, {PortRole::Encoder, PortRole::Shared});
    for (const graph::Port& port : manifest.inputs)
        if (port.role == PortRole::Coded && encode.inputs.count(port.id) == 0)
            encode.inputs[port.id].push_back(appendSource(job.chain, catalogue, port, input));
    job.answer = append(job.chain, encode, manifest);
    if (hasExtract(manifest)) {
        Task extract = newTask(catalogue, manifest, TaskKind::Extract);
        takeSettings(extract, manifest, graph::Stage::Extract, settings);
        extract.inputs["bitstream"].push_back({job.answer, "bitstream"});
        job.answer = append(job.chain, extract, manifest);
    }
    job.chain.wanted = {job.answer};
    job.chain.writes = {{{job.answer, "bitstream"}, std::filesystem::absolute(output)}};
    return job;
}

Job decodeJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
              const InputFiles& inputs, const std::filesystem::path& input,
              const std::filesystem::path& output) {
    const Manifest& manifest = requireKind(catalogue, node, NodeKind::Codec);
    refuseUnknown(manifest, settings);
    Job job;
    // The stream is there already: a task of the stage that would have made it stands for it, under the
    // file's hash.
    Task stream = newTask(catalogue, manifest, hasExtract(manifest) ? TaskKind::Extract : TaskKind::Encode);
    stream.key = sha256(mapFile(input).bytes);
    job.chain.tasks.push_back(stream);
    job.chain.streams[stream.key] = std::filesystem::absolute(input);
    Task decode = newTask(catalogue, manifest, TaskKind::Decode);
    takeSettings(decode, manifest, graph::Stage::Decode, settings);
    decode.inputs["bitstream"].push_back({stream.key, "bitstream"});
    connectFiles(job.chain, decode, catalogue, manifest, inputs, {PortRole::Shared});
    job.answer = append(job.chain, decode, manifest);
    job.chain.wanted = {job.answer};
    job.chain.writes = {{{job.answer, decodedOutput(manifest).id}, std::filesystem::absolute(output)}};
    return job;
}

std::string codecOf(const graph::Catalogue& catalogue, const std::filesystem::path& stream) {
    constexpr std::size_t longestMagic = 64;
    static constexpr char digits[] = "0123456789abcdef";
    const MappedFile file = mapFile(stream);
    std::string hex;
    for (const std::byte byte : file.bytes.first(std::min(longestMagic, file.bytes.size()))) {
        hex.push_back(digits[std::to_integer<unsigned>(byte) >> 4]);
        hex.push_back(digits[std::to_integer<unsigned>(byte) & 15]);
    }
    std::vector<std::string> found;
    for (const Manifest* manifest : catalogue.all()) {
        const auto& magics = manifest->magics;
        if (std::any_of(magics.begin(), magics.end(),
                        [&](const auto& magic) { return hex.starts_with(magic); }))
            found.push_back(manifest->id);
    }
    if (found.size() == 1) return found.front();
    std::string names;
    for (const std::string& id : found)
        names += (names.empty() ? "" : ", ") + id;
    throw Error(ErrorKind::Input,
                found.empty() ? stream.string() + " is not the stream of a codec that is installed."
                              : stream.string() + " may be a stream of several codecs: " + names + ".",
                "Name the codec with --node.");
}

Job measureJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
               const InputFiles& inputs, const std::filesystem::path& reference,
               const std::filesystem::path& candidate, const std::filesystem::path& map) {
    const Manifest& manifest = requireKind(catalogue, node, NodeKind::Measure);
    refuseUnknown(manifest, settings);
    Job job;
    Task prepare = newTask(catalogue, manifest, TaskKind::Prepare);
    Task score = newTask(catalogue, manifest, TaskKind::Score);
    takeSettings(prepare, manifest, graph::Stage::Encode, settings);
    takeSettings(score, manifest, graph::Stage::Encode, settings);
    connectFiles(job.chain, prepare, catalogue, manifest, inputs, {PortRole::Value});
    for (const graph::Port& port : manifest.inputs) {
        if (port.role == PortRole::Value) continue;
        Task& task = port.role == PortRole::Candidate ? score : prepare;
        const auto& file = port.role == PortRole::Candidate ? candidate : reference;
        task.inputs[port.id].push_back(appendSource(job.chain, catalogue, port, file));
    }
    score.inputs["prepared"].push_back({append(job.chain, prepare, manifest), "prepared"});
    job.answer = append(job.chain, score, manifest);
    job.chain.wanted = {job.answer};
    if (map.empty()) return job;
    if (!manifest.hasMap) throw Error(ErrorKind::Usage, node + " makes no map.", "Leave --map out.");
    job.chain.maps = {job.answer};
    job.chain.writes = {{{job.answer, "map"}, std::filesystem::absolute(map)}};
    return job;
}

Job transformJob(const graph::Catalogue& catalogue, const std::string& node, const Settings& settings,
                 const InputFiles& inputs, const std::filesystem::path& output) {
    const Manifest& manifest = requireKind(catalogue, node, NodeKind::Transform);
    refuseUnknown(manifest, settings);
    Job job;
    Task task = newTask(catalogue, manifest, TaskKind::Transform);
    takeSettings(task, manifest, graph::Stage::Encode, settings);
    connectFiles(job.chain, task, catalogue, manifest, inputs, {PortRole::Value});
    job.answer = append(job.chain, task, manifest);
    job.chain.wanted = {job.answer};
    job.chain.writes = {{{job.answer, manifest.outputs.front().id}, std::filesystem::absolute(output)}};
    return job;
}

}  // namespace ratescope::run
