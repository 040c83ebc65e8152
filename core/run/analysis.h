#pragma once

// Analyses of a study: once its items are finished, and again when its rows have changed, each analysis node
// gets the rows as a table and its tables are stored.

#include "core/run/direct_chain.h"

#include <deque>
#include <functional>
#include <set>
#include <string>

namespace ratescope::run {

/// The table that analysis nodes read, as CSV with a schema line: one row a finished item, in the planned
/// order. Columns: study, branch, series, asset (text); row (number of the sweep row within its branch,
/// from 0), seed; one a swept parameter, target or reached parameter ("jpeg.quality", "target:bpp"; a real if all
/// its values are numbers, else text); one a rate id and one a metric id (reals; NaN where an item has none).
std::string analysisRows(const store::Library& library, const store::StudyRecord& study);

class AnalysisRun {
  public:
    explicit AnalysisRun(House& house) : house_(house), chain_(house) {}

    /// Why an analysis gave no tables.
    std::function<void(store::StudyId, const std::string& node, const Error&)> failed;

    /// Runs the analyses of the study whose rows are not those that its tables were made of.
    void add(store::StudyId study) { waiting_.push_back(study); }
    void remove(store::StudyId study);
    bool idle() const { return waiting_.empty() && tasks_.empty() && !chain_.busy(); }
    bool busy() const { return chain_.busy(); }
    bool waits(store::StudyId study) const;
    /// Starts the next one; to be called while no items run. Throws as WorkerPool::run.
    void next();
    DirectChain& chain() { return chain_; }

  private:
    void prepare(store::StudyId study);
    void take(const Task& task, const DirectChain::Outcome& outcome);

    House& house_;
    DirectChain chain_;
    std::deque<store::StudyId> waiting_;
    store::StudyId study_ = 0;  ///< of tasks_ and of the chain
    std::deque<Task> tasks_;
};

}  // namespace ratescope::run
