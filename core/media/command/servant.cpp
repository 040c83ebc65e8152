#include "core/media/command/servant.h"

#include "core/error.h"
#include "core/graph/strict_json.h"
#include "core/graph/wording.h"
#include "core/hash.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <list>

namespace ratescope::media {
namespace {

constexpr std::size_t mostServants = 8;

std::string keyOf(const CommandSetup& setup) {
    return graph::toText(setup.command) + "\n" + graph::toText(setup.form) +
           (setup.json ? "\njson\n" : "\ntabs\n") + std::to_string(setup.limits.seconds) + " " +
           std::to_string(setup.limits.memory) + " " + std::to_string(setup.limits.disk);
}

/// Beside the folders of tasks, which come and go.
std::filesystem::path newFolder(Context& context) {
    static int count = 0;
    std::filesystem::path folder = context.scratch().parent_path() /
                                   ("command-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        throw Error(ErrorKind::Resource,
                    "The folder " + folder.string() + " can't be made: " + failure.message() + ".",
                    "Make room on that disk.");
    return folder;
}

/// What an answer refuses, and why; "" if it does not. Throws Error(Input) for one that is to another request.
std::string refusalIn(const Process& process, const std::string& answer, std::int64_t id) {
    if (answer.rfind("error", 0) == 0) return answer.size() > 6 ? answer.substr(6) : "no reason given";
    if (answer.rfind('{', 0) != 0) return "";
    nlohmann::json object;
    try {
        object = graph::parseJson(answer, "its answer");
    } catch (const Error&) {
        throw process.fault(ErrorKind::Input, "answered " + graph::inQuotes(answer) + ", which is no JSON");
    }
    const auto answered = object.find("id");
    if (answered != object.end() && *answered != id)
        throw process.fault(ErrorKind::Input, "answered the request " + answered->dump() +
                                                  ", and was asked " + std::to_string(id));
    const auto error = object.find("error");
    if (error == object.end() || error->is_null()) return "";
    return error->is_string() ? error->get<std::string>() : error->dump();
}

}  // namespace

Servant::Servant(const CommandSetup& setup, Context& context) : setup_(setup), folder_(newFolder(context)) {
    const Request none(setup.command, folder_, {}, {});
    process_ = std::make_unique<Process>(setup.name, none.words(setup.command), folder_, setup.limits,
                                         context.threads(), true);
}

Servant::~Servant() {
    process_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Servant::ask(Context& context, const Request& request) {
    const std::int64_t id = ++asked_;
    const std::string line = setup_.json ? request.json(setup_.form, id) : request.tabbed(setup_.form);
    std::string answer, refusal;
    try {
        process_->beginCall(request.folder());
        answer = exchange(context, line);
        refusal = refusalIn(*process_, answer, id);
    } catch (...) {
        process_.reset();  // Whatever it still says would be taken for another answer.
        throw;
    }
    if (!refusal.empty())
        throw Error(ErrorKind::Input, setup_.name + " refused: " + refusal,
                    "Mend the command, or what it is given.");
    return answer;
}

std::string Servant::exchange(Context& context, const std::string& line) {
    process_->poll();
    if (const auto early = process_->takeLine())
        throw process_->fault(
            ErrorKind::Input,
            "printed " + graph::inQuotes(*early) + ", which is no answer: messages belong on standard error");
    process_->write(context, line + "\n");
    for (;;) {
        if (const auto answer = process_->takeLine()) return *answer;
        if (process_->ended()) break;
        process_->wait(context);
    }
    if (const auto fault = process_->fault()) throw Error(*fault);
    throw process_->fault(ErrorKind::Input, "ended without an answer");
}

Servant& servantOf(const CommandSetup& setup, Context& context) {
    static std::list<std::pair<std::string, Servant>> servants;  // the last one asked first
    servants.remove_if([](const auto& one) { return !one.second.usable(); });
    const std::string key = keyOf(setup);
    const auto known =
        std::find_if(servants.begin(), servants.end(), [&](const auto& one) { return one.first == key; });
    if (known != servants.end())
        servants.splice(servants.begin(), servants, known);
    else
        servants.emplace_front(std::piecewise_construct, std::forward_as_tuple(key),
                               std::forward_as_tuple(setup, context));
    if (servants.size() > mostServants) servants.pop_back();
    return servants.front().second;
}

}  // namespace ratescope::media
