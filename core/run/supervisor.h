#pragma once

// The one that runs studies: plans them against the library, keeps workers busy, commits what they finish,
// and answers for pause, cancel, retry and progress. Single-threaded: everything happens inside step() or in
// the call itself, callbacks too. One supervisor a library (the library's write access).

#include "core/error.h"
#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/run/approval.h"
#include "core/run/plan.h"
#include "core/store/library.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::run {

struct SupervisorOptions {
    std::filesystem::path worker;  ///< program; empty: installedWorker()
    std::vector<std::string> workerArguments{"--serve"};
    int jobs = 1;
    std::string device = "cpu";
    std::string commandLine;                             ///< recorded with results
    std::map<std::string, std::filesystem::path> roots;  ///< see graph::PathBase
    std::uint64_t cacheLimit = 4ull << 30;               ///< bytes in the library's cache folder
    std::uint64_t physicalMemory = 0;                    ///< bytes to admit tasks by; 0: this machine's
};

struct StudyOptions {
    std::vector<std::uint64_t> seeds;  ///< empty: those of the document
    int repeats = 0;                   ///< > 0: encode and decode are timed alone after the items
    Approval approval;                 ///< of external commands
};

/// Mean of finished items of the same branches; no value: nothing like it has finished.
struct Estimate {
    std::optional<double> seconds;  ///< wall time with this number of jobs
    std::optional<std::uint64_t> memory, bytes;
};

struct PlanSummary {
    std::string study;
    store::Reconciliation changes;  ///< `items` is empty
    std::int64_t items = 0, measurements = 0;
    Estimate estimate;
    std::vector<PlannedSeries> series;
    struct NodeName {
        std::string slug, type, title;
    };
    std::vector<NodeName> nodes;
    std::vector<std::string> notes;       ///< what the user should know: of joined tables
    std::optional<CommandList> commands;  ///< nothing where the study runs none
};

/// What submitting a document would change. `library` may be open for reading only, or nullptr if there is
/// none yet.
PlanSummary summarise(const graph::Document& document, const std::filesystem::path& directory,
                      const graph::Catalogue& catalogue, const store::Library* library,
                      const SupervisorOptions& supervisor, const StudyOptions& options);

struct Submitted {
    store::StudyId study = 0;
    PlanSummary plan;
};

struct RunningItem {
    store::ItemId item = 0;
    std::string series, asset, node;  ///< node: slug of the task that runs
    double fraction = 0;              ///< of that task
};

struct Progress {
    store::StudyId study = 0;
    std::string name;
    std::int64_t done = 0, failed = 0, total = 0;  ///< items; `done` counts those that failed too
    std::vector<RunningItem> running;
    double itemsPerMinute = 0;          ///< with all their measurements
    std::optional<double> secondsLeft;  ///< for both; nothing before the first item is whole
    std::string phase;                  ///< "items", "timing", "analysis"
    bool paused = false;                ///< no task is given out: by a client's wish, or after trouble
};

/// What has been run since a study was submitted.
struct Ran {
    std::int64_t items = 0, measurements = 0;
};

/// Any may be empty. Called from within step() or the call that causes them.
struct Observer {
    std::function<void(const Progress&)> progress;  ///< at most ten a second for a study
    std::function<void(store::StudyId, store::ItemId, store::State)> item;  ///< once it is committed
    std::function<void(store::StudyId)> idle;  ///< all that a study asks for is finished
    /// The run pauses by itself and can go on after resume(): disk full, or the worker can't be started.
    std::function<void(const Error&)> trouble;
    /// An analysis node gave no tables.
    std::function<void(store::StudyId, const std::string& node, const Error&)> analysisFailed;
};

/// A value of an item for a view.
struct ValueRequest {
    store::ItemId item = 0;
    std::string port;  ///< "reference", "candidate", or "map:METRIC"
};
/// The mapped file, or why there is none (Cancelled when forgotten).
using ValueAnswer =
    std::function<void(const std::filesystem::path& file, const std::optional<Error>& failure)>;
using RequestId = std::uint64_t;

class Supervisor {
  public:
    /// The library must be open for writing, and library and catalogue outlive the supervisor.
    Supervisor(store::Library& library, const graph::Catalogue& catalogue, SupervisorOptions options);
    /// Ends the workers; commits what is finished.
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    Observer observer;

    // --- studies -------------------------------------------------------------------------------------------
    /// Reads the source files of the document whose hashes the library does not have yet, in a thread of its own, so
    /// that submit() and plan() need not wait for them; then calls `ready`, within this call if there is nothing to
    /// read. `stopped` is Error(Cancelled) after stopPreparing() and shutdown(). Throws as submit().
    void prepare(const graph::Document& document, const std::filesystem::path& directory,
                 std::function<void(const std::optional<Error>& stopped)> ready);
    /// Ends what is being prepared for the study of that name ("": for all). False if there is nothing.
    bool stopPreparing(const std::string& study);
    /// Validates, plans, reconciles and starts. Rows that are missing run, cancelled and interrupted ones
    /// among them; failed ones stay failed until retry(). `directory` is where the document's relative paths
    /// begin. Throws Error(Document), Error(Input), Error(Library), and Error(Unapproved) for external commands that
    /// the options do not approve and the user has not before.
    Submitted submit(const graph::Document& document, const std::filesystem::path& directory,
                     const StudyOptions& options = {});
    PlanSummary plan(const graph::Document& document, const std::filesystem::path& directory,
                     const StudyOptions& options = {}) const;
    /// No new task is admitted; running ones finish.
    void pause();
    bool paused() const;
    /// Progress is told in the next step(), however lately it was.
    void tellSoon();
    /// Why the run paused by itself.
    const std::optional<Error>& trouble() const;
    /// Ends a pause, and makes the cancelled and interrupted items of the study (or of all that are loaded)
    /// pending; a study of the library that is not loaded is loaded. Returns how many items became pending.
    std::int64_t resume(std::optional<store::StudyId> study = {});
    /// Asks the workers, kills them after 0.7 s. The items are cancelled in the library within a second. Ends a pause
    /// unless another study waits in it.
    std::int64_t cancel(store::StudyId study);
    std::int64_t cancel(std::span<const store::ItemId> items);
    /// Failed items and measurements (all of the study, or of these items) run again.
    std::int64_t retry(store::StudyId study, std::span<const store::ItemId> items = {});
    /// Takes the study out of memory, cancelled; call it before the library deletes it.
    void forget(store::StudyId study);
    /// Call it after the library removed streams by itself (delete, gc): they are looked up anew.
    void forgetStreams();
    void setJobs(int jobs);

    // --- views ---------------------------------------------------------------------------------------------
    /// Newest first, beside the sweep, by a worker of their own. The file lies in the library's cache folder
    /// and stays while a value request or a running task uses it, else as long as the cache has room.
    RequestId requestValue(const ValueRequest& request, ValueAnswer answer);
    void forgetValue(RequestId request);

    // --- state ---------------------------------------------------------------------------------------------
    /// Nothing runs, nothing waits, all is committed (a pause with work left is not idle).
    bool idle() const;
    std::vector<store::StudyId> studies() const;  ///< loaded ones
    Progress progress(store::StudyId study) const;
    Ran ran(store::StudyId study) const;

    // --- event loop ----------------------------------------------------------------------------------------
    /// A descriptor of the caller's (socket, signalfd); `ready` gets poll's revents. Watching it again
    /// replaces both.
    void watch(int descriptor, short events, std::function<void(short)> ready);
    void unwatch(int descriptor);
    /// Waits for something to happen, at most so long (−1: for ever), and deals with it.
    void step(int timeoutMs);
    /// Until idle, or paused by trouble (which is then thrown), or `stop` says so after a step.
    void runUntilIdle(const std::function<bool()>& stop = {});
    /// Lets running tasks finish (or not, if `now`: their items are interrupted), commits and ends the
    /// workers. Nothing can be submitted afterwards.
    void shutdown(bool now);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ratescope::run
