#pragma once

// Which work goes to which worker next. Pure bookkeeping: knows tasks, workers by number and what they have
// said, and nothing of processes, files or time.
//
// A unit is what one chain carries: the tasks of one candidate and its missing scores. Rules:
// - A task that a worker has begun is not begun by another: units that need it wait until it is finished,
//   or until its stream is kept or its value published.
// - A worker keeps to its group (the items of one asset), whose values it has in memory; then takes a group
//   that no other worker is at, then helps with another's.
// - Values that several units need are published, if there is more than one worker.
// - Slots and memory bound what runs at once. A unit that does not fit waits, and nothing passes it.
// - Exclusive units, and those tried once more alone, run when nothing else can.

#include "core/hash.h"
#include "core/run/plan.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ratescope::run {

using UnitId = std::uint64_t;

/// What a unit takes while it runs.
struct Demand {
    int jobs = 1;              ///< places among those that the number of jobs gives
    std::uint64_t memory = 0;  ///< bytes
    bool exclusive = false;
    int batch = 1;                  ///< units that may share a chain
    std::uint64_t memoryLimit = 0;  ///< bytes beyond which its worker gets none

    bool operator==(const Demand&) const = default;
};

struct Unit {
    UnitId id = 0;  ///< ascending in the order of running
    const TaskTable* tasks = nullptr;
    std::vector<Hash> wanted;
    std::vector<Hash> anew;  ///< tasks among them that run also where their values are there
    std::string group;
    Demand demand;
    bool alone = false;  ///< tried once more, with nothing beside it
};

/// Whether what a task gives is kept in the library: staged files are not committed yet, and about to move.
enum class StreamState { None, Staged, Kept };

/// What the chain of a unit consists of.
struct Dispatch {
    Unit unit;
    std::vector<Hash> tasks;    ///< topological; upstream of given streams left out
    std::vector<Hash> streams;  ///< those among them whose results are kept
    std::vector<Hash> publish;
};

class Schedule {
  public:
    using StreamOf = std::function<StreamState(const Hash&)>;

    /// `memory`: bytes to admit units by.
    Schedule(int jobs, std::uint64_t memory, StreamOf streamOf);

    void setJobs(int jobs) { jobs_ = jobs; }
    void add(Unit unit);
    /// Takes back a unit that has not been handed out; false if it has.
    bool remove(UnitId unit);
    bool empty() const { return units_.empty() && last_.empty(); }  ///< nothing waits
    std::size_t size() const { return units_.size() + last_.size(); }
    bool anyRunning() const { return !running_.empty(); }
    /// The last call of next() met a unit that waits for a stream's commit.
    bool waitsForCommit() const { return waitsForCommit_; }

    /// Hands out the next unit for the worker, which may still be busy with earlier ones.
    std::optional<Dispatch> next(std::size_t worker);

    /// A task of the worker's has succeeded: it has its values in memory.
    void finished(std::size_t worker, const Hash& task);
    /// The unit's chain is over, however it went.
    void ended(UnitId unit);
    /// The worker has ended, and its memory with it. Its units are to be ended first.
    void lost(std::size_t worker);
    /// A value file is in the cache folder, or no longer.
    void published(const Hash& task) { published_.insert(task); }
    void unpublished(const Hash& task) { published_.erase(task); }
    /// Units that need the task wait, but for those that are alone, until it is cleared.
    void suspect(const Hash& task) { suspects_.insert(task); }
    void clear(const Hash& task) { suspects_.erase(task); }

  private:
    struct Running {
        std::size_t worker = 0;
        Unit unit;
        std::vector<Hash> locked;
        std::vector<Hash> publish;
    };
    struct Survey {
        bool blocked = false;
        std::vector<Hash> compute;  ///< tasks that this worker has to run
    };
    using Groups = std::map<std::size_t, std::set<UnitId>>;  ///< by rank: order of first appearance

    Survey survey(const Unit& unit, std::size_t worker);
    bool isThere(const Unit& unit, const Hash& task, std::size_t worker) const;
    bool fits(const Unit& unit, std::size_t worker) const;
    std::vector<std::size_t> preferredGroups(std::size_t worker) const;
    std::optional<Dispatch> handOut(std::map<UnitId, Unit>& from, UnitId id, std::size_t worker,
                                    const Survey& found);
    std::vector<Hash> closure(const Unit& unit, std::vector<Hash>* streams) const;
    void count(const Unit& unit, int difference);
    void leaveGroup(const Unit& unit);

    int jobs_;
    std::uint64_t memory_;
    StreamOf streamOf_;
    std::map<UnitId, Unit> units_, last_;
    std::unordered_map<std::string, std::size_t> ranks_;  ///< of groups
    Groups groups_;
    std::map<UnitId, Running> running_;
    std::unordered_map<Hash, UnitId, HashOfHash> inFlight_;
    std::unordered_map<Hash, int, HashOfHash> uses_;  ///< units that need it, waiting or running
    std::unordered_set<Hash, HashOfHash> published_;
    std::set<Hash> suspects_;
    std::map<std::size_t, std::unordered_set<Hash, HashOfHash>> memories_;  ///< by worker
    std::map<std::size_t, std::size_t> currentGroup_;                       ///< by worker
    bool waitsForCommit_ = false;
};

/// All tasks upstream of these and they themselves, inputs before users. `stops` says below which tasks
/// nothing is needed.
std::vector<Hash> upstreamTasks(const TaskTable& tasks, const std::vector<Hash>& wanted,
                                const std::function<bool(const Task&)>& stops = {});

bool makesStream(TaskKind kind);
/// The library keeps what it gives: streams, and the values of learners and experiments.
bool keepsResult(const Task& task);

}  // namespace ratescope::run
