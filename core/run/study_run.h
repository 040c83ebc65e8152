#pragma once

// A study as the supervisor holds it: its plan and the state of each row. Results are settled by task key,
// so that a task counts in every item that needs it, whichever chain ran it.

#include "core/run/plan.h"
#include "core/run/probe.h"
#include "core/store/library.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ratescope::run {

struct StudySettings {
    int threads = 1;
    double stallSeconds = 600;
    int repeats = 0;
};

/// Time and memory that a task took.
struct TaskCost {
    double seconds = 0;
    std::uint64_t peakMemory = 0;
};
using CostOf = std::function<std::optional<TaskCost>(const Hash&)>;

/// Waits to be run or runs.
bool isOpen(store::State state);

class StudyRun {
  public:
    StudyRun(store::StudyId id, std::string name, std::shared_ptr<StudyPlan> plan,
             std::vector<store::ReconciledItem> rows, StudySettings settings);

    store::StudyId id() const { return id_; }
    const std::string& name() const { return name_; }
    const StudyPlan& plan() const { return *plan_; }
    std::shared_ptr<const StudyPlan> sharedPlan() const { return plan_; }
    const StudySettings& settings() const { return settings_; }
    void setSettings(const StudySettings& settings) { settings_ = settings; }

    /// States as the library has them now, rows in the planned order.
    void setRows(std::vector<store::ReconciledItem> rows);
    const std::vector<store::ReconciledItem>& rows() const { return rows_; }

    /// Candidates' tasks in the planned order, each once; then those that reach items have come to.
    const std::vector<Hash>& candidates() const { return candidates_; }
    const std::vector<std::size_t>& itemsOf(const Hash& candidate) const;
    /// What has to run for the items of this candidate: its task if one of them is not finished, and the
    /// scores that they lack. Failed and cancelled ones are not missing. Of a probe: its tasks, while an item
    /// waits for it.
    std::vector<Hash> missing(const Hash& candidate) const;
    /// The tasks of an item: of a reach item that is not settled, those at the low end of its range.
    const ItemTasks& tasksOf(std::size_t item) const;
    std::optional<std::size_t> indexOf(store::ItemId item) const;
    store::State state(std::size_t item) const { return rows_[item].state; }
    std::int64_t count(store::State state) const;  ///< items
    /// Items of which nothing is to be run any more: they and all their measurements have ended.
    std::int64_t ended() const { return ended_; }

    // --- items that are to reach something
    /// It is none, or has found what it is to be.
    bool hasFound(std::size_t item) const { return !plan_->itemTasks[item].reach || settled_.count(item); }
    /// It has not, and may still.
    bool isSeeking(std::size_t item) const;
    /// The item is that of these tasks.
    void settle(std::size_t item, ProbeTasks tasks);
    void setStates(std::size_t item, const store::ReconciledItem& row);
    /// The item waits for tasks that tell its quantity; `probe` names them.
    void wait(std::size_t item, const Hash& probe, ProbeTasks tasks, const std::vector<Hash>& wanted);
    bool isProbe(const Hash& probe) const { return probes_.count(probe) != 0; }
    /// Nobody waits for the probe any more; who did.
    std::vector<std::size_t> endProbe(const Hash& probe);
    /// One row only, however it ended.
    store::ItemOutcome fail(std::size_t item, const store::Failure& failure);
    /// Items of the candidate, or those that wait for the probe.
    std::vector<std::size_t> itemsBehind(const Hash& candidateOrProbe) const;

    // --- rows
    /// Pending items of the candidate run now; their ids.
    std::vector<store::ItemId> begin(const Hash& candidate);
    /// They do not after all; their ids.
    std::vector<store::ItemId> putBack(const Hash& candidate);
    void cancel(std::span<const std::size_t> items);
    void cancelAll();

    /// Rows that a finished task settles; not those that are to keep a value that is not among `kept`. `costOf` knows
    /// what streams and reconstructions took.
    std::vector<store::ItemOutcome> settleCandidate(const Hash& task, const store::ItemOutcome& outcome,
                                                    std::span<const KeptValue> kept, const CostOf& costOf);
    /// The values of the candidate that its items keep.
    std::vector<TaskOutput> keptOf(const Hash& candidate) const;
    std::vector<store::MeasurementOutcome> settleScore(const Hash& task,
                                                       const store::MeasurementOutcome& outcome);
    /// The candidates that the score's items are of.
    std::vector<Hash> candidatesOfScore(const Hash& task) const;

  private:
    using ScoreRow = std::pair<std::size_t, std::size_t>;  ///< item, measurement
    struct Probe {
        std::vector<Hash> wanted;
        std::vector<std::size_t> items;
    };

    void addItem(std::size_t item);
    void setState(std::size_t item, store::State state);
    bool hasEnded(std::size_t item) const;
    /// `action` changes the item's row; what counts rows follows.
    template <typename Action>
    void change(std::size_t item, Action action);

    store::StudyId id_;
    std::string name_;
    std::shared_ptr<StudyPlan> plan_;  ///< tasks are added to it
    std::vector<store::ReconciledItem> rows_;
    StudySettings settings_;
    std::vector<Hash> candidates_;
    std::unordered_map<Hash, std::vector<std::size_t>, HashOfHash> itemsOf_;
    std::unordered_map<Hash, std::vector<ScoreRow>, HashOfHash> scoreRows_;
    std::unordered_map<store::ItemId, std::size_t> indexOf_;
    std::unordered_map<std::size_t, ItemTasks> settled_;  ///< of reach items
    std::unordered_map<Hash, Probe, HashOfHash> probes_;
    store::StateCounts counts_;
    std::int64_t ended_ = 0;
};

}  // namespace ratescope::run
