#include "core/media/command/command.h"

#include "core/error.h"
#include "core/media/command/servant.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ratescope::media {
namespace {

constexpr std::int64_t mebi = 1 << 20;
constexpr std::uint64_t ownMemory = 256ull << 20;

CommandMode modeOf(const Parameters& parameters) {
    const std::string& mode = parameters.text("mode");
    return mode == "batch" ? CommandMode::Batch : mode == "server" ? CommandMode::Server : CommandMode::Call;
}

/// Until its end. Throws its fault.
std::string runToEnd(Context& context, Process& process) {
    while (!process.ended())
        process.wait(context);
    if (const auto fault = process.fault()) throw Error(*fault);
    return process.output();
}

void writeList(const std::filesystem::path& file, const CommandSetup& setup,
               std::span<const Request> requests) {
    std::ofstream list(file, std::ios::binary);
    std::int64_t id = 0;
    for (const Request& request : requests)
        list << (setup.json ? request.json(setup.form, ++id) : request.tabbed(setup.form)) << '\n';
    list.close();
    if (!list)
        throw Error(ErrorKind::Resource, file.string() + " can't be written.", "Make room on that disk.");
}

std::string runBatch(Context& context, const CommandSetup& setup, std::span<const Request> requests) {
    const std::filesystem::path folder = context.scratch();
    const Request call(setup.command, folder, {{"list", "txt"}}, {});
    writeList(call.file("list"), setup, requests);
    ProcessLimits limits = setup.limits;
    limits.seconds *= static_cast<double>(requests.size());
    limits.disk *= requests.size();
    Process process(setup.name, call.words(setup.command), folder, limits, context.threads(), false);
    return runToEnd(context, process);
}

}  // namespace

CommandSetup commandSetup(const std::string& name, const Parameters& parameters, const std::string& command,
                          const std::string& request) {
    CommandSetup setup;
    setup.name = name;
    setup.command = graph::parseResolved(parameters.text(command));
    if (setup.command.empty())
        throw Error(ErrorKind::Document, "The parameter " + command + " is empty.", "Give it a command.");
    setup.mode = modeOf(parameters);
    setup.form =
        setup.mode == CommandMode::Call ? setup.command : graph::parseWords(parameters.text(request));
    setup.json = parameters.text("lines") == "json";
    setup.limits.seconds = parameters.real("time-limit");
    setup.limits.memory = static_cast<std::uint64_t>(parameters.integer("memory-limit") * mebi);
    setup.limits.disk = static_cast<std::uint64_t>(parameters.integer("disk-limit") * mebi);
    return setup;
}

std::vector<graph::Parameter> commandParameters(graph::Stage stage) {
    using graph::ParameterType;
    const graph::VisibleIf spoken{"mode", {std::string("batch"), std::string("server")}};
    const graph::VisibleIf batched{"mode", {std::string("batch")}};
    return {
        {.id = "mode",
         .label = "Mode",
         .help =
             "call: one start of the program an item. batch: one for several items, which it reads from the "
             "file {list}, a line each. server: one in the life of a worker; it reads a line an item from "
             "standard input and answers each with a line on standard output",
         .type = ParameterType::Choice,
         .defaultValue = std::string("call"),
         .choices = {"call", "batch", "server"},
         .stage = stage},
        {.id = "lines",
         .label = "Lines",
         .help = "How a line of a list or a request is written: a JSON object of the names in the request, "
                 "or its "
                 "words with tabs between",
         .type = ParameterType::Choice,
         .defaultValue = std::string("json"),
         .choices = {"json", "tabs"},
         .visibleIf = spoken,
         .stage = stage},
        {.id = "batch",
         .label = "Batch",
         .help = "Items in one list at most",
         .type = ParameterType::Int,
         .defaultValue = std::int64_t{16},
         .minimum = 1,
         .maximum = 1000,
         .visibleIf = batched,
         .stage = stage,
         .entersKey = false},
        {.id = "time-limit",
         .label = "Time limit",
         .help = "For one item; the program is killed then, with all that it has started",
         .type = ParameterType::Real,
         .unit = "s",
         .defaultValue = 600.0,
         .minimum = 0.01,
         .maximum = 1e6,
         .group = "Limits",
         .stage = stage,
         .entersKey = false},
        {.id = "memory-limit",
         .label = "Memory limit",
         .help = "Address space of each of its processes; the supervisor admits items by it",
         .type = ParameterType::Int,
         .unit = "MiB",
         .defaultValue = std::int64_t{2048},
         .minimum = 1,
         .maximum = 1 << 20,
         .group = "Limits",
         .stage = stage,
         .entersKey = false},
        {.id = "disk-limit",
         .label = "Disk limit",
         .help = "For its working folder, with what it is given, and for each file that it writes",
         .type = ParameterType::Int,
         .unit = "MiB",
         .defaultValue = std::int64_t{1024},
         .minimum = 1,
         .maximum = 1 << 20,
         .group = "Limits",
         .stage = stage,
         .entersKey = false}};
}

Resources commandResources(const Parameters& parameters) {
    Resources resources;
    resources.memory = ownMemory + static_cast<std::uint64_t>(parameters.integer("memory-limit") * mebi);
    if (modeOf(parameters) != CommandMode::Batch) return resources;
    resources.batch = static_cast<int>(parameters.integer("batch"));
    // Quality and values may differ within a batch: the lines say them.
    for (const auto& [id, value] : parameters.all())
        if (id == "encoder" || id == "decoder" || id == "command" || id.ends_with("request") ||
            id == "lines" || id.ends_with("-limit"))
            resources.batchLabel += id + "=" + graph::toText(value) + "\n";
    return resources;
}

CommandAnswers runCommand(Context& context, const CommandSetup& setup, std::span<const Request> requests) {
    requireUnchanged(setup.command);
    CommandAnswers answers;
    if (setup.mode == CommandMode::Batch) {
        answers.output = runBatch(context, setup, requests);
        return answers;
    }
    for (const Request& request : requests) {
        if (setup.mode == CommandMode::Server) {
            answers.each.push_back(servantOf(setup, context).ask(context, request));
            continue;
        }
        Process process(setup.name, request.words(setup.command), request.folder(), setup.limits,
                        context.threads(), false);
        answers.each.push_back(runToEnd(context, process));
    }
    return answers;
}

std::filesystem::path callFolder(Context& context, std::size_t call) {
    std::filesystem::path folder = context.scratch() / std::to_string(call);
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        throw Error(ErrorKind::Resource,
                    "The folder " + folder.string() + " can't be made: " + failure.message() + ".",
                    "Make room on that disk.");
    return folder;
}

std::vector<std::byte> readMade(const CommandSetup& setup, const Request& request, const std::string& name) {
    const std::filesystem::path& file = request.file(name);
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    if (bytes.empty())
        throw Error(
            ErrorKind::Input,
            setup.name + (stream ? " wrote nothing into" : " did not write") + " its file {" + name + "}.",
            "The command must write the file that stands for {" + name + "}.");
    const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
    return {first, first + bytes.size()};
}

}  // namespace ratescope::media
