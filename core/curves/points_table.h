#pragma once

// The points of series as a table to read: several quantities side by side, for a terminal.

#include "core/curves/curve.h"

#include <span>
#include <string>
#include <vector>

namespace ratescope::curves {

/// One row a point: title of the series, its swept values, what its items have reached and how many of them missed
/// the tolerance (both where some are to reach something), x, each y under its id and unit, n. `curves` holds the
/// series of each y, all over the same x; where a y has no such point its cell is "—", and where the y are of
/// different numbers of items n is a range. Columns show four significant digits of their smallest number, five
/// decimals at most. The first row is the header. Throws Error(Usage) for no series and for different x.
std::vector<std::vector<std::string>> cellsOfPoints(std::span<const std::vector<Curve>> curves);

}  // namespace ratescope::curves
