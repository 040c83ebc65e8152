#pragma once

// Which points of a cloud matter: the convex hull of rate and quality, and the Pareto front.

#include "core/curves/curve.h"
#include "core/graph/manifest.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ratescope::curves {

/// The points on the side of the convex hull where quality is best for its rate (linear rate, as a Lagrangian
/// optimisation sees it), from the least rate to the best quality: indices into `points`, by rising rate.
/// Quality goes strictly one way along it, so it is fit for BD. Points that are not finite are passed over;
/// of equal points the first is taken.
std::vector<std::size_t> convexHull(std::span<const RatePoint> points, graph::Better better);

/// The points that no other point beats in both rate (lower is better) and quality: indices by rising rate.
/// Points that are not finite are passed over; of equal points the first is taken.
std::vector<std::size_t> paretoFront(std::span<const RatePoint> points, graph::Better better);

/// The curve with only those points. The samples of the items go with them.
Curve withPoints(const Curve& curve, std::span<const std::size_t> indices);

}  // namespace ratescope::curves
