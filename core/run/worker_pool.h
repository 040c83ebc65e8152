#pragma once

// The workers of a supervisor: started when there is something for them, listened to, and ended when they
// die, hang, speak nonsense or do not heed a cancel.

#include "core/run/protocol.h"
#include "core/run/worker_process.h"
#include "core/store/records.h"

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::run {

using Clock = std::chrono::steady_clock;
using WorkerNumber = std::size_t;

/// A worker that is no more.
struct Loss {
    WorkerNumber worker = 0;
    std::optional<std::uint64_t> chain;  ///< the one that ran
    std::optional<Hash> task;            ///< the one that ran, if the worker had said so
    std::vector<std::uint64_t> queued;   ///< chains that it had not begun
    std::size_t questions = 0;           ///< resource queries that it has not answered
    bool cancelled = false;              ///< killed because a cancelled chain did not end
    store::Failure failure;              ///< `what` is a predicate: "was killed by signal 11 (…)"
};

/// Called from within handle() and checkDeadlines().
struct WorkerEvents {
    std::function<void(WorkerNumber, TaskReport)> report;
    std::function<void(WorkerNumber, std::uint64_t chain)> done;
    std::function<void(WorkerNumber, ResourceAnswer)> resources;
    std::function<void(const Loss&)> lost;
    /// Workers end before they are ready, again and again: nothing can run.
    std::function<void(const Error&)> unusable;
};

class WorkerPool {
  public:
    /// Log files are `logFolder`/worker-N.log.
    WorkerPool(WorkerCommand command, std::filesystem::path logFolder, WorkerEvents events);

    /// Starts the worker if it does not run. Throws as WorkerProcess.
    void start(WorkerNumber worker);
    /// Chains are carried out in the order given. A worker that says nothing for `stall` while one runs is
    /// killed.
    void run(WorkerNumber worker, const Chain& chain, std::chrono::duration<double> stall);
    void ask(WorkerNumber worker, const ResourceQuery& query);
    /// Asks the worker to stop the chain, and kills it after 0.7 s.
    void cancel(std::uint64_t chain);
    /// Ends workers without work whose number is not below this.
    void keep(WorkerNumber workers);
    /// Tells all to quit, and kills those that do not within the time.
    void quit(int graceMs);

    bool isUp(WorkerNumber worker) const { return workers_.count(worker) != 0; }
    std::size_t load(WorkerNumber worker) const;  ///< chains it has
    std::size_t load() const;
    /// What runs: the chain, its task and how far it is.
    struct Activity {
        std::uint64_t chain = 0;
        std::optional<Hash> task;
        double fraction = 0;
        Clock::time_point since;  ///< of the chain
    };
    std::vector<Activity> activities() const;
    std::optional<Activity> activity(std::uint64_t chain) const;

    void addDescriptors(std::vector<pollfd>& descriptors) const;
    /// Deals with what poll() said of one of them; false if the descriptor is no worker's.
    bool handle(const pollfd& descriptor);
    std::optional<Clock::time_point> deadline() const;
    void checkDeadlines();

  private:
    struct ActiveChain {
        std::uint64_t id = 0;
        std::chrono::duration<double> stall;
        std::optional<Clock::time_point> killAt;  ///< once cancelled
    };
    struct Worker {
        std::unique_ptr<WorkerProcess> process;
        bool ready = false;
        std::deque<ActiveChain> chains;
        std::size_t questions = 0;  ///< resource queries without an answer
        Activity activity;
        Clock::time_point lastSign;
    };
    using Workers = std::map<WorkerNumber, Worker>;

    void readLines(WorkerNumber number);
    void take(WorkerNumber number, const FromWorker& message);
    void takeDone(WorkerNumber number, std::uint64_t chain);
    void beginNext(Worker& worker);
    std::optional<Clock::time_point> stallTime(const Worker& worker) const;
    void lose(WorkerNumber number, store::Failure failure, bool cancelled = false);
    void loseEnded(WorkerNumber number);

    WorkerCommand command_;
    std::filesystem::path logFolder_;
    WorkerEvents events_;
    Workers workers_;
    int failedStarts_ = 0;
};

}  // namespace ratescope::run
