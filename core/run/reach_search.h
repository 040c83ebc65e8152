#pragma once

// Looks for the value of one parameter at which a monotone quantity meets its target: first both ends of the
// range, which say in which direction it goes, then inside the bracket, by interpolation while there are runs to
// spare and by bisection else. What comes next depends on what was told alone, so that equal runs give equal
// results. Pure bookkeeping: knows nothing of tasks.

#include "core/graph/reach.h"

#include <optional>

namespace ratescope::run {

struct ReachAim {
    graph::ReachRange range;
    double target = 0;
    double tolerance = 0.01;  ///< as a part of the target
    int mostRuns = 16;        ///< at least 2
};

/// One run: where, and what came of it.
struct ReachStep {
    double place = 0;     ///< of the parameter
    double quantity = 0;  ///< may be infinite
};

class ReachSearch {
  public:
    explicit ReachSearch(const ReachAim& aim);

    /// Where to run next; nothing when the search is over.
    const std::optional<double>& next() const { return next_; }
    /// What came of the run at next().
    void tell(double quantity);

    int runs() const { return runs_; }
    /// The target lies outside of what both ends give (over, and no result).
    bool unreachable() const { return unreachable_; }
    const ReachStep& low() const { return ends_[0]; }   ///< the low end of the range while runs() > 0
    const ReachStep& high() const { return ends_[1]; }  ///< the high end of the range while unreachable()
    /// The run that is nearest to the target.
    const ReachStep& best() const { return *best_; }
    bool within() const;  ///< best() meets the target within the tolerance
    /// No run lay outside of what its neighbours on both sides gave. Where one did, a value that meets the target
    /// is one of several.
    bool monotone() const { return monotone_; }

  private:
    bool meets(double quantity) const;
    void narrow(const ReachStep& step);
    void choose();
    double scaled(double place) const;
    double unscaled(double position) const;
    std::optional<double> interpolated() const;
    int bisectionsLeft() const;

    ReachAim aim_;
    ReachStep ends_[2];  ///< the target lies between
    std::optional<ReachStep> best_;
    std::optional<double> next_;
    int runs_ = 0;
    bool unreachable_ = false, monotone_ = true;
    bool bisects_ = false;  ///< the last interpolation left more than half of the bracket
    bool interpolated_ = false;
};

}  // namespace ratescope::run
