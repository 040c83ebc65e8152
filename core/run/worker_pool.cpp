#include "core/run/worker_pool.h"

#include "core/build_info.h"
#include "core/graph/value.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace ratescope::run {
namespace {

constexpr std::chrono::milliseconds cancelGrace{700};
constexpr std::chrono::seconds startTime{60};
constexpr int exitGraceMs = 200;
constexpr int mostFailedStarts = 3;

/// As far as a signal tells why.
store::Failure failureOf(const std::string& end) {
    const auto isSignal = [&](int signal) {
        return end.find("signal " + std::to_string(signal) + " ") != std::string::npos;
    };
    if (isSignal(SIGKILL))
        return {ErrorKind::Resource,
                end + ", perhaps for want of memory",
                "Give it more memory, run fewer jobs, or choose smaller parameters.",
                {}};
    // Files are mapped, so that what is cut off is missed only when it is read.
    if (isSignal(SIGBUS))
        return {ErrorKind::Input,
                end + ": a file that it was reading has become shorter",
                "Leave the study's files as they are while it runs, and run it again.",
                {}};
    return {ErrorKind::Internal, end, "Report this fault of the node, with the log.", {}};
}

}  // namespace

WorkerPool::WorkerPool(WorkerCommand command, std::filesystem::path logFolder, WorkerEvents events)
    : command_(std::move(command)), logFolder_(std::move(logFolder)), events_(std::move(events)) {}

void WorkerPool::start(WorkerNumber number) {
    if (isUp(number)) return;
    WorkerCommand command = command_;
    command.logFile = logFolder_ / ("worker-" + std::to_string(number) + ".log");
    Worker worker;
    worker.process = std::make_unique<WorkerProcess>(command);
    worker.lastSign = Clock::now();
    workers_.emplace(number, std::move(worker));
}

void WorkerPool::run(WorkerNumber number, const Chain& chain, std::chrono::duration<double> stall) {
    start(number);
    Worker& worker = workers_.at(number);
    worker.chains.push_back({chain.id, stall, {}});
    if (worker.chains.size() == 1) beginNext(worker);
    worker.process->socket().send(encode(ToWorker(chain)));
}

void WorkerPool::ask(WorkerNumber number, const ResourceQuery& query) {
    start(number);
    Worker& worker = workers_.at(number);
    ++worker.questions;
    worker.process->socket().send(encode(ToWorker(query)));
}

void WorkerPool::beginNext(Worker& worker) {
    worker.lastSign = Clock::now();
    worker.activity = {};
    worker.activity.since = worker.lastSign;
    if (!worker.chains.empty()) worker.activity.chain = worker.chains.front().id;
}

void WorkerPool::cancel(std::uint64_t chain) {
    for (auto& [number, worker] : workers_)
        for (ActiveChain& active : worker.chains) {
            if (active.id != chain || active.killAt) continue;
            active.killAt = Clock::now() + cancelGrace;
            worker.process->socket().send(encode(ToWorker(Cancel{chain})));
            return;
        }
}

void WorkerPool::keep(WorkerNumber workers) {
    for (auto worker = workers_.begin(); worker != workers_.end();)
        if (worker->first >= workers && worker->second.chains.empty() && worker->second.questions == 0)
            worker = workers_.erase(worker);
        else
            ++worker;
}

void WorkerPool::quit(int graceMs) {
    for (auto& [number, worker] : workers_)
        worker.process->socket().send(encode(ToWorker(Quit{})));
    const auto until = Clock::now() + std::chrono::milliseconds(graceMs);
    for (auto& [number, worker] : workers_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        worker.process->end(static_cast<int>(std::max<std::int64_t>(0, left.count())));
    }
    workers_.clear();
}

std::size_t WorkerPool::load(WorkerNumber number) const {
    const auto worker = workers_.find(number);
    return worker == workers_.end() ? 0 : worker->second.chains.size();
}

std::size_t WorkerPool::load() const {
    std::size_t sum = 0;
    for (const auto& [number, worker] : workers_)
        sum += worker.chains.size();
    return sum;
}

std::vector<WorkerPool::Activity> WorkerPool::activities() const {
    std::vector<Activity> all;
    for (const auto& [number, worker] : workers_)
        if (!worker.chains.empty()) all.push_back(worker.activity);
    return all;
}

std::optional<WorkerPool::Activity> WorkerPool::activity(std::uint64_t chain) const {
    for (const auto& [number, worker] : workers_)
        if (!worker.chains.empty() && worker.chains.front().id == chain) return worker.activity;
    return std::nullopt;
}

// --- listening ---------------------------------------------------------------------------------------------

void WorkerPool::addDescriptors(std::vector<pollfd>& descriptors) const {
    for (const auto& [number, worker] : workers_) {
        LineSocket& socket = worker.process->socket();
        const int events = POLLIN | (socket.hasUnsent() ? POLLOUT : 0);
        descriptors.push_back({socket.descriptor(), static_cast<short>(events), 0});
    }
}

bool WorkerPool::handle(const pollfd& descriptor) {
    for (auto& [number, worker] : workers_) {
        if (worker.process->socket().descriptor() != descriptor.fd) continue;
        if (descriptor.revents & POLLOUT) worker.process->socket().flush();
        if (descriptor.revents & (POLLIN | POLLHUP | POLLERR)) readLines(number);
        return true;
    }
    return false;
}

void WorkerPool::readLines(WorkerNumber number) {
    workers_.at(number).process->socket().receive();
    try {
        // What a line causes may end this very worker.
        while (isUp(number)) {
            const std::optional<std::string> line = workers_.at(number).process->socket().line();
            if (!line) break;
            take(number, decodeFromWorker(*line));
        }
    } catch (const Error& error) {
        lose(number, {ErrorKind::Internal,
                      std::string("sent what is no message (") + error.what() + "), and was killed",
                      "Report this fault of the node.",
                      {}});
    }
    if (isUp(number) && !workers_.at(number).process->socket().open()) loseEnded(number);
}

void WorkerPool::take(WorkerNumber number, const FromWorker& message) {
    Worker& worker = workers_.at(number);
    worker.lastSign = Clock::now();
    const auto isRunning = [&](std::uint64_t chain) {
        return !worker.chains.empty() && worker.chains.front().id == chain;
    };
    if (const auto* ready = std::get_if<Ready>(&message)) {
        if (ready->buildId != buildInfo().buildId)
            throw Error(ErrorKind::Internal, "it is a worker of another build", "");
        worker.ready = true;
        failedStarts_ = 0;
    } else if (const auto* alive = std::get_if<Alive>(&message)) {
        if (!isRunning(alive->chain)) return;
        worker.activity.task = alive->task;
        worker.activity.fraction = alive->fraction;
    } else if (const auto* report = std::get_if<TaskReport>(&message)) {
        if (!isRunning(report->chain)) return;
        if (worker.activity.task == report->key) worker.activity.task.reset();
        events_.report(number, *report);
    } else if (const auto* done = std::get_if<Done>(&message)) {
        takeDone(number, done->chain);
    } else if (const auto* answer = std::get_if<ResourceAnswer>(&message)) {
        if (worker.questions == 0) throw Error(ErrorKind::Internal, "an answer that nobody asked for", "");
        --worker.questions;
        events_.resources(number, *answer);
    }
}

void WorkerPool::takeDone(WorkerNumber number, std::uint64_t chain) {
    Worker& worker = workers_.at(number);
    const auto found = std::find_if(worker.chains.begin(), worker.chains.end(),
                                    [&](const ActiveChain& active) { return active.id == chain; });
    if (found == worker.chains.end()) return;
    const bool ran = found == worker.chains.begin();
    worker.chains.erase(found);
    if (ran) beginNext(worker);
    events_.done(number, chain);
}

// --- ends --------------------------------------------------------------------------------------------------

std::optional<Clock::time_point> WorkerPool::stallTime(const Worker& worker) const {
    if (!worker.ready) return worker.lastSign + startTime;
    if (worker.chains.empty()) return std::nullopt;
    return worker.lastSign + std::chrono::duration_cast<Clock::duration>(worker.chains.front().stall);
}

std::optional<Clock::time_point> WorkerPool::deadline() const {
    std::optional<Clock::time_point> first;
    const auto consider = [&](const std::optional<Clock::time_point>& time) {
        if (time && (!first || *time < *first)) first = time;
    };
    for (const auto& [number, worker] : workers_) {
        consider(stallTime(worker));
        for (const ActiveChain& chain : worker.chains)
            consider(chain.killAt);
    }
    return first;
}

void WorkerPool::checkDeadlines() {
    const auto now = Clock::now();
    std::vector<WorkerNumber> heedless, silent;
    for (const auto& [number, worker] : workers_) {
        const bool late = std::any_of(worker.chains.begin(), worker.chains.end(), [&](const auto& chain) {
            return chain.killAt && *chain.killAt <= now;
        });
        if (late)
            heedless.push_back(number);
        else if (const auto time = stallTime(worker); time && *time <= now)
            silent.push_back(number);
    }
    for (const WorkerNumber number : heedless)
        lose(number, {ErrorKind::Cancelled, "did not heed the cancel, and was killed", "", {}}, true);
    for (const WorkerNumber number : silent) {
        // It may have spoken while this process was busy.
        if (isUp(number)) readLines(number);
        if (!isUp(number)) continue;
        const Worker& worker = workers_.at(number);
        const auto time = stallTime(worker);
        if (!time || *time > now) continue;
        const double seconds = worker.chains.empty() ? static_cast<double>(startTime.count())
                                                     : worker.chains.front().stall.count();
        lose(number,
             {ErrorKind::Resource,
              "gave no sign of life for " + graph::toText(seconds) +
                  " s (the study's stall time), and was killed",
              "Raise the study's stall time if the task needs longer, or report this fault of the node.",
              {}});
    }
}

void WorkerPool::loseEnded(WorkerNumber number) {
    lose(number, failureOf(workers_.at(number).process->end(exitGraceMs)));
}

void WorkerPool::lose(WorkerNumber number, store::Failure failure, bool cancelled) {
    const auto found = workers_.find(number);
    Worker worker = std::move(found->second);
    workers_.erase(found);
    worker.process->kill();
    failure.log = worker.process->lastLines();
    if (!worker.ready && ++failedStarts_ >= mostFailedStarts)
        events_.unusable(
            Error(ErrorKind::Plugin,
                  "The worker program " + command_.program.string() + " " + failure.what + ". " + failure.log,
                  "Install Ratescope again; the worker's log is in " + logFolder_.string() + "."));
    Loss loss{number, {}, {}, {}, worker.questions, cancelled, std::move(failure)};
    for (const ActiveChain& chain : worker.chains)
        if (!loss.chain)
            loss.chain = chain.id;
        else
            loss.queued.push_back(chain.id);
    if (!worker.ready && loss.chain) {
        // It never began: no task is to blame.
        loss.queued.insert(loss.queued.begin(), *loss.chain);
        loss.chain.reset();
    }
    loss.task = worker.activity.task;
    events_.lost(loss);
}

}  // namespace ratescope::run
