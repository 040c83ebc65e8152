#include "core/run/one_off.h"

#include "core/run/house.h"

#include <poll.h>

#include <algorithm>

namespace ratescope::run {
namespace {

constexpr WorkerNumber only = 0;
constexpr int stopIntervalMs = 50;
constexpr std::chrono::hours patience{24};

/// What the worker has said so far.
struct Listened {
    std::vector<TaskReport> reports;
    ResourceAnswer answer;
    bool done = false;
    std::optional<Error> failure;
};

WorkerEvents eventsOf(Listened& listened) {
    WorkerEvents events;
    events.report = [&](WorkerNumber, TaskReport report) { listened.reports.push_back(std::move(report)); };
    events.done = [&](WorkerNumber, std::uint64_t) { listened.done = true; };
    events.resources = [&](WorkerNumber, ResourceAnswer answer) {
        listened.answer = std::move(answer);
        listened.done = true;
    };
    events.lost = [&](const Loss& loss) {
        listened.failure =
            Error(loss.failure.kind, "The worker " + loss.failure.what + ". " + loss.failure.log,
                  loss.failure.remedy);
    };
    events.unusable = [](const Error&) {};
    return events;
}

/// The file of a stream that was there before and that the task reads; "" if there is none.
std::string givenStream(const Chain& chain, const Task& task) {
    const auto read = task.inputs.find("bitstream");
    if (read == task.inputs.end() || read->second.empty()) return "";
    const auto given = chain.streams.find(read->second.front().task);
    return given == chain.streams.end() ? "" : given->second.string();
}

/// The task's node; where its input is to blame, also the stream that it could not make sense of.
std::string placeOf(const Chain& chain, const TaskReport& report) {
    const auto task = std::find_if(chain.tasks.begin(), chain.tasks.end(),
                                   [&](const Task& one) { return one.key == report.key; });
    if (task == chain.tasks.end()) return "";
    const std::string stream =
        report.failure->kind == ErrorKind::Input ? givenStream(chain, *task) : std::string();
    return task->node + (stream.empty() ? "" : ", " + stream) + ": ";
}

/// What the worker says, for at most `stopIntervalMs`.
void listen(WorkerPool& pool) {
    std::vector<pollfd> descriptors;
    pool.addDescriptors(descriptors);
    ::poll(descriptors.data(), descriptors.size(), stopIntervalMs);
    for (const pollfd& descriptor : descriptors)
        if (descriptor.revents != 0) pool.handle(descriptor);
    pool.checkDeadlines();
}

void tell(const WorkerPool& pool, std::uint64_t chain, const TaskProgress& progress) {
    const auto activity = pool.activity(chain);
    if (activity && activity->task) progress(*activity->task, activity->fraction);
}

void throwFailure(const Chain& chain, const std::vector<TaskReport>& reports) {
    for (const TaskReport& report : reports)
        if (report.failure)
            throw Error(report.failure->kind, placeOf(chain, report) + report.failure->what,
                        report.failure->remedy);
}

}  // namespace

std::vector<TaskReport> runChain(Chain chain, const WorkerCommand& worker, const std::function<bool()>& stop,
                                 const TaskProgress& progress) {
    const TemporaryFolder folder;
    Listened listened;
    WorkerPool pool(worker, folder.path(), eventsOf(listened));
    chain.id = 1;
    chain.staging = chain.cache = folder.path();
    chain.checkpoints = folder.path() / "checkpoints";
    chain.scratch = folder.path() / "scratch";
    for (const auto& part : {chain.checkpoints, chain.scratch})
        std::filesystem::create_directory(part);
    pool.run(only, chain, patience);
    bool stopped = false;
    while (!listened.done && !listened.failure) {
        listen(pool);
        if (progress) tell(pool, chain.id, progress);
        if (stopped || !stop || !stop()) continue;
        stopped = true;
        pool.cancel(chain.id);
    }
    if (stopped) throw Error(ErrorKind::Cancelled, "The task was stopped.", "Run the command again.");
    if (listened.failure) throw Error(*listened.failure);
    throwFailure(chain, listened.reports);
    return std::move(listened.reports);
}

ResourceAnswer askResources(const ResourceQuery& query, const WorkerCommand& worker) {
    const TemporaryFolder folder;
    Listened listened;
    WorkerPool pool(worker, folder.path(), eventsOf(listened));
    pool.ask(only, query);
    while (!listened.done && !listened.failure)
        listen(pool);
    if (listened.failure) throw Error(*listened.failure);
    return std::move(listened.answer);
}

}  // namespace ratescope::run
