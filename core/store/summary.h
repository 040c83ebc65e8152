#pragma once

// Sums over the finished items of a point, for each metric and each quantity of the other axis, so that a
// mean curve costs as much as it has points. Always summed anew in the order (asset, seed), as
// curves::makeCurves does: equal sets give equal bits, whatever finished first.

#include "core/curves/quantity.h"
#include "core/store/sqlite.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>

namespace ratescope::store {

/// A metric against one quantity, over the items that have both. Items whose value is infinite are dropped,
/// as in curves::pooledPoint; where all are, n is 0, y that infinite value, and x sums all of them.
struct PointSums {
    std::int64_t n = 0, dropped = 0;
    double x = 0, y = 0;    ///< of finished values
    double s0 = 0, s1 = 0;  ///< of the metric's statistics

    /// The pooled values.
    double pooledX() const;
    double pooledY(const curves::Quantity& quantity) const;
};

/// measure (row), metric, other axis: "bits", "time-encode", "time-decode", or the id of a rate with a count.
using SumsKey = std::tuple<std::int64_t, std::string, std::string>;

/// Sums the point's items now.
std::map<SumsKey, PointSums> sumPoint(Database& database, std::int64_t point);

/// Brings the kept sums of these points up to date, as many as `end` leaves time for; the caller holds a write
/// transaction.
void refreshPoints(Database& database, std::span<const std::int64_t> points,
                   std::optional<std::chrono::steady_clock::time_point> end = {});

/// Those of stale points that cost next to nothing; the caller holds a write transaction.
void refreshSmall(Database& database);

}  // namespace ratescope::store
