#include "core/run/approval.h"

#include "core/error.h"
#include "core/run/command_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shownDigits = 16;

/// Everything that is to be approved of, gathered task by task.
class Collector {
  public:
    explicit Collector(const graph::Catalogue& catalogue) : catalogue_(catalogue) {}

    void add(const Task& task) {
        const graph::Manifest* const manifest = catalogue_.find(task.type);
        if (!manifest || !manifest->runsCommands()) return;
        std::string whole = task.type;
        for (const auto& [id, value] : task.parameters) {
            const graph::Parameter* const parameter = manifest->parameter(id);
            const auto* const text = std::get_if<std::string>(&value);
            if (!parameter || !text || value == parameter->defaultValue) continue;
            const bool isCommand = parameter->type == graph::ParameterType::Command;
            // A text that is no part of the key changes no result, and so is no argument.
            const bool isText = parameter->type == graph::ParameterType::Text && parameter->entersKey;
            if (!isCommand && !isText) continue;
            whole += " " + id + " " + std::to_string(text->size()) + " " + *text;
            if (isText) texts_.insert(task.node + "." + id + "=" + *text);
            if (isCommand) uses_.insert({task.node, id, readable(*text), filesOf(*text)});
        }
        wholes_.insert(whole);
    }

    std::optional<CommandList> take() {
        if (uses_.empty()) return std::nullopt;
        CommandList list;
        list.uses.assign(uses_.begin(), uses_.end());
        list.texts.assign(texts_.begin(), texts_.end());
        Sha256 hash;
        for (const std::string& whole : wholes_)
            hash.add(sha256(whole).hex());
        list.hash = hash.finish();
        return list;
    }

  private:
    const graph::Catalogue& catalogue_;
    std::set<CommandUse> uses_;
    std::set<std::string> texts_, wholes_;
};

std::string shown(const std::string& text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string safe;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f)
            safe += c;
        else
            safe += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    return safe;
}

bool isApproved(const Hash& hash) {
    try {
        std::ifstream file(approvalFile());
        const std::string wanted = hash.hex();
        for (std::string line; std::getline(file, line);)
            if (line.substr(0, line.find(' ')) == wanted) return true;
    } catch (const Error&) {
        // There is no place where approvals could be: none was given.
    }
    return false;
}

std::optional<CommandList> finished(Collector collector) {
    std::optional<CommandList> list = collector.take();
    if (list) list->approved = isApproved(list->hash);
    return list;
}

void remember(const CommandList& commands) {
    const fs::path file = approvalFile();
    std::string line = commands.hash.hex();
    for (const CommandUse& use : commands.uses)
        line += (line.size() == 64 ? " " : "; ") + shown(use.command);
    line += '\n';
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool written =
        descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!written)
        throw Error(
            ErrorKind::Resource,
            "The approval can't be remembered in " + file.string() + ": " + std::strerror(reason) + ".",
            "Make its folder writable, or set XDG_CONFIG_HOME to one that is.");
}

}  // namespace

std::optional<CommandList> commandsOf(std::span<const Task> tasks, const graph::Catalogue& catalogue) {
    Collector collector(catalogue);
    for (const Task& task : tasks)
        collector.add(task);
    return finished(std::move(collector));
}

std::optional<CommandList> commandsOf(const StudyPlan& plan, const graph::Catalogue& catalogue) {
    Collector collector(catalogue);
    for (const auto& [key, task] : plan.tasks)
        collector.add(task);
    for (const PlannedAnalysis& analysis : plan.analyses)
        collector.add(analysis.task);
    return finished(std::move(collector));
}

std::string toText(const CommandList& commands) {
    std::string text;
    for (const CommandUse& use : commands.uses) {
        text += "  " + use.node + "." + use.parameter + ": " + shown(use.command) + "\n";
        for (const NamedFile& file : use.files)
            text +=
                "      " + file.hash.hex().substr(0, shownDigits) + "…  " + shown(file.file.string()) + "\n";
    }
    for (const std::string& other : commands.texts)
        text += "  " + shown(other) + "\n";
    return text + "  hash of all: " + commands.hash.hex() + "\n";
}

void requireApproval(const std::optional<CommandList>& commands, const Approval& approval) {
    if (!commands || commands->approved) return;
    if (approval.all || approval.hash == commands->hash) {
        remember(*commands);
        return;
    }
    throw Error(
        ErrorKind::Unapproved,
        "External commands were to be run that you have not approved:\n" + toText(*commands),
        "Read them. If they are to run with your rights, run again with --allow-commands: this hash is "
        "then approved from now on.");
}

fs::path approvalFile() {
    const char* const config = std::getenv("XDG_CONFIG_HOME");
    const char* const home = std::getenv("HOME");
    if (config && *config) return fs::path(config) / "ratescope" / "approved-commands";
    if (home && *home) return fs::path(home) / ".config" / "ratescope" / "approved-commands";
    throw Error(ErrorKind::Resource,
                "There is no folder to remember approvals in: neither XDG_CONFIG_HOME nor HOME is set.",
                "Set one of them.");
}

}  // namespace ratescope::run
