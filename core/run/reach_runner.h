#pragma once

// Finds out what items are to be that are to reach something: one search an item, whose runs are ordinary tasks.
// What the library or this run knows of a task is not run again. Once an item has found its value it is an item
// like any other.

#include "core/run/house.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ratescope::run {

class ReachRunner {
  public:
    struct Calls {
        /// The tasks that the candidate or probe lacks are to run; more than one call makes no difference.
        std::function<void(StudyRun&, const Hash&)> run;
        /// Whether they are waiting or running.
        std::function<bool(store::StudyId, const Hash&)> runs;
        std::function<void(StudyRun&, store::ItemOutcome)> ended;  ///< an item has failed
    };

    ReachRunner(House& house, Calls calls) : house_(house), calls_(std::move(calls)) {}

    /// Settles the items that are known to have found their value: they have values to show, though nothing runs.
    void settleFound(StudyRun& study) const;
    /// Does so, and takes up the study's open items.
    void refill(StudyRun& study);
    void unload(store::StudyId study);

    /// Whether all that a probe wants of the task is known.
    bool has(const Task& task);
    /// A task has succeeded.
    void took(const Task& task, const TaskReport& report);
    /// Ends the probe if all is known that it was for; who waited for it goes on with advance().
    void look(StudyRun& study, const Hash& probe);
    /// A task of the probe can't be had: who waits for it fails.
    void fail(StudyRun& study, const Hash& probe, const store::Failure& failure);
    /// The next steps of all searches that have what they waited for.
    void advance();
    bool idle() const { return ready_.empty(); }
    bool idle(store::StudyId study) const;

  private:
    using Seeker = std::pair<store::StudyId, std::size_t>;  ///< study, item

    struct Search {
        explicit Search(const ReachAim& aim) : steps(aim) {}
        ReachSearch steps;
        Hash probe;              ///< waited for
        std::set<Hash> streams;  ///< made or met on the way
    };

    void step(StudyRun& study, std::size_t item);
    std::vector<Hash> unknown(const PlannedReach& reach, const ProbeTasks& probe);
    double quantityOf(const PlannedReach& reach, const ProbeTasks& probe) const;
    const std::uint64_t* countOf(const PlannedReach& reach, const Hash& prepare) const;
    bool knowsScore(const Hash& task);
    void end(StudyRun& study, std::size_t item, const Search& search);
    void failItem(StudyRun& study, std::size_t item, const store::Failure& failure);
    ProbeTasks tasksOf(const StudyRun& study, std::size_t item, double place, Extent extent) const;

    House& house_;
    Calls calls_;
    std::map<Seeker, Search> searches_;
    std::deque<Seeker> ready_;
    /// Of score tasks that searches have asked about; nothing while they have not run.
    std::unordered_map<Hash, std::optional<std::vector<MetricScore>>, HashOfHash> scores_;
};

}  // namespace ratescope::run
