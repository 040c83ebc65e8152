#pragma once

// Where a legend stands in the way of least.

#include "core/curves/plot_spec.h"

namespace ratescope::curves {

/// The corner where a legend of usual size covers the fewest points and the least of lines and bars; the axes
/// of `spec` have their limits. Bottom right where several are free.
Corner freeCorner(const PlotSpec& spec);

}  // namespace ratescope::curves
