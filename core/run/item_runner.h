#pragma once

// Runs the items of all loaded studies: makes units of what is missing, gives them to workers as the schedule
// says, and turns what workers report into rows.

#include "core/run/house.h"
#include "core/run/reach_runner.h"
#include "core/run/schedule.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace ratescope::run {

class ItemRunner {
  public:
    explicit ItemRunner(House& house);

    /// The study was loaded: items that had found their value are settled, whether or not anything is to run.
    void loaded(StudyRun& study) const;
    /// Makes units for all that is missing in the study and has none yet.
    void refill(store::StudyId study);
    /// Takes the study's waiting units back. Running ones go on: what they finish still counts.
    void unload(store::StudyId study);
    /// Cancels all units of the study that have nothing left to do: states are the caller's to change first.
    void cancelFinished(store::StudyId study);
    /// Failures are forgotten: their tasks may run again.
    void forgetFailures() { failedTasks_.clear(); }
    void setJobs(int jobs);

    /// Gives waiting units to workers; nothing while the house is paused.
    void dispatch();
    bool idle() const { return units_.empty() && reach_.idle(); }
    bool idle(store::StudyId study) const;
    bool busy() const { return !chains_.empty(); }  ///< workers have chains of items
    /// The chain is one of these units'.
    bool owns(std::uint64_t chain) const { return chains_.count(chain) != 0; }
    /// All tasks that running chains may use.
    bool uses(const Hash& task) const;
    std::optional<RunningItem> running(const WorkerPool::Activity& activity, store::StudyId study);
    Ran ran(store::StudyId study) const;
    void resetRan(store::StudyId study) { ran_[study] = {}; }
    /// A file of the cache folder is gone, or there.
    void unpublished(const Hash& task) { schedule_.unpublished(task); }

    void onReport(WorkerNumber worker, const TaskReport& report);
    void onDone(WorkerNumber worker, std::uint64_t chain);
    void onResources(const ResourceAnswer& answer);
    void onLost(const Loss& loss);

  private:
    struct UnitRun {
        store::StudyId study = 0;
        std::shared_ptr<const StudyPlan> plan;
        Hash candidate;  ///< or what names a probe
        std::vector<Hash> wanted;
        std::string group;
        std::set<Hash> triedAgain;  ///< tasks at which a worker has died
        std::optional<Hash> suspect;
        bool cancelled = false;
        bool stopped = false;     ///< the disk was full: its tasks did not fail
        std::uint64_t chain = 0;  ///< 0 while it waits
        std::int64_t started = 0;
        Clock::time_point begun;
    };
    using Units = std::map<UnitId, UnitRun>;

    ReachRunner::Calls reachCalls();
    /// Makes a unit of what the candidate or probe lacks, if there is none yet.
    void addUnit(StudyRun& study, const Hash& candidate);
    void schedule(UnitId id);
    void ask();
    Demand demandOf(const UnitRun& unit);
    /// Of the files that the task reads.
    std::uint64_t inputBytes(const Task& task);
    std::vector<Hash> keptTasks(const UnitRun& unit) const;
    bool demandKnown(const UnitRun& unit) const;
    /// Foreign libraries of the task and of all upstream of it.
    std::map<std::string, std::string> librariesOf(const UnitRun& unit, const Hash& task) const;
    std::size_t depth() const;
    bool hand(WorkerNumber worker);
    std::optional<Dispatch> next(WorkerNumber worker);
    std::size_t mostTogether(const Unit& unit) const;
    bool sharesChain(const Unit& unit, const Unit& other) const;
    bool handOut(WorkerNumber worker, const std::vector<Dispatch>& dispatches);
    bool addTo(Chain& chain, const UnitRun& unit, const Dispatch& dispatch);
    static bool needs(const UnitRun& unit, const Hash& task);
    UnitId ownerOf(std::uint64_t chain, const Hash& task) const;
    void leaveChain(UnitRun& unit, UnitId id);
    void endUnit(UnitId id);
    void requeue(UnitId id);
    const Task& taskOf(const UnitRun& unit, const Hash& key) const;
    void takeResult(const UnitRun& unit, const TaskReport& report);
    void takeFailure(const UnitRun& unit, const TaskReport& report);
    void settleCandidate(const UnitRun& unit, const Hash& task, store::ItemOutcome outcome,
                         std::span<const KeptValue> kept = {});
    void settleScore(const UnitRun& unit, const TaskReport& report);
    void keepProbe(const UnitRun& unit, const Hash& task, const store::MeasurementOutcome& outcome);
    void settleMeasurement(const Hash& task, const store::MeasurementOutcome& outcome);
    void settleAsFailed(const Hash& wanted, const UnitRun& unit, const store::Failure& failure);
    void settleFailed(const Hash& wanted, const UnitRun& unit);
    void settleRest(const UnitRun& unit);
    const store::Failure* failureAbove(const UnitRun& unit, const Hash& wanted) const;
    void blame(UnitId id, const Loss& loss);
    void blameChain(std::uint64_t chain, const Loss& loss);
    void requeueChain(std::uint64_t chain);

    House& house_;
    ReachRunner reach_;
    Schedule schedule_;
    Units units_;
    std::map<std::pair<store::StudyId, Hash>, UnitId> unitOf_;
    std::map<store::StudyId, std::size_t> unitCount_;
    std::map<std::uint64_t, std::vector<UnitId>> chains_;  ///< units that share one are of the same study
    UnitId lastUnit_ = 0;
    std::unordered_map<std::string, TaskResources> resources_;        ///< by signature of the task
    std::unordered_map<Hash, std::uint64_t, HashOfHash> inputBytes_;  ///< by the source's task
    std::vector<Task> unasked_;                                       ///< tasks whose needs are not known
    std::vector<std::string> asked_;                                  ///< signatures of the query on its way
    std::set<std::string> pending_;                                   ///< signatures of both
    std::vector<UnitId> undemanded_;                                  ///< units that wait for an answer
    std::unordered_map<Hash, store::Failure, HashOfHash> failedTasks_;
    std::map<store::StudyId, Ran> ran_;
    double meanSeconds_ = 1;  ///< of chains, weighted to the last ones
};

}  // namespace ratescope::run
