#pragma once

// A curve whose items are already finished and summed by unit, so that a resample costs additions only.

#include "core/curves/curve.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ratescope::curves {

class ResampledCurve {
  public:
    /// `units` as drawUnits() gives them: item indices that are drawn together.
    ResampledCurve(const Curve& curve, std::span<const std::vector<std::size_t>> units);

    std::size_t size() const { return sums_.size(); }

    /// The point pooled over drawn units (indices, repetitions count), as makeCurves pools items. Nothing if
    /// none of them was measured there with a finite value, or if the value is infinite.
    std::optional<RatePoint> point(std::size_t index, std::span<const std::size_t> drawn) const;

  private:
    // For means: sum of values and their number; for SumThenFinish: the summed statistic.
    struct Sums {
        Statistic x{0, 0}, y{0, 0};
    };

    Quantity x_, y_;
    std::vector<std::vector<Sums>> sums_;  // by point, then unit
};

}  // namespace ratescope::curves
