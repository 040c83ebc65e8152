#pragma once

// Where a legend stands in the way of least.

#include "core/curves/plot_spec.h"

#include <cstddef>

namespace ratescope::curves {

struct CoveredCorner {
    Corner corner = Corner::BottomRight;
    std::size_t covered = 0;  ///< points, and samples of lines and bars
};

/// The corner where a legend of that size (in parts of the axes' lengths) covers the fewest points and the least of lines
/// and bars; the axes of `spec` have their limits. Bottom right where several are free.
CoveredCorner leastCovered(const PlotSpec& spec, double width, double height);

/// That of a legend of usual size.
Corner freeCorner(const PlotSpec& spec);

}  // namespace ratescope::curves
