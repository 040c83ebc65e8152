#pragma once

// Chains beside the schedule: for views, timing and analyses. Their streams are not kept.

#include "core/run/house.h"

#include <functional>
#include <optional>
#include <vector>

namespace ratescope::run {

/// A chain of its own, followed to its end.
class DirectChain {
  public:
    /// How it went: the reports, and the first failure (that of a dead worker too).
    struct Outcome {
        std::vector<TaskReport> reports;
        std::optional<Error> failure;
    };
    using Finished = std::function<void(Outcome)>;

    explicit DirectChain(House& house) : house_(house) {}

    bool busy() const { return chain_.has_value(); }
    bool owns(std::uint64_t chain) const { return chain_ && chain_->id == chain; }
    bool uses(const Hash& task) const;
    /// Throws as WorkerPool::run.
    void run(WorkerNumber worker, Chain chain, double stallSeconds, Finished finished);
    void cancel();

    void onReport(const TaskReport& report) { outcome_.reports.push_back(report); }
    void onDone();
    void onLost(const store::Failure& failure);

  private:
    void finish();

    House& house_;
    std::optional<Chain> chain_;
    Outcome outcome_;
    Finished finished_;
};

}  // namespace ratescope::run
