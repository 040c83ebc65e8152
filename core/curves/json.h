#pragma once

// Curves and BD numbers as JSON: docs/schemas/curves.json, bd.json and bd-pair.json.

#include "core/curves/compare.h"

#include <nlohmann/json_fwd.hpp>

#include <span>

namespace ratescope::curves {

/// All curves share both axes. Infinite numbers are the texts "inf" and "-inf". With `items`, every point
/// lists its items. Throws Error(Usage) if the axes differ.
nlohmann::json jsonOfCurves(std::span<const Curve> curves, bool items = false);

/// {"bd_rate_percent", "bd_quality", "overlap", "method", "anchor", "test", …}: null where there is no
/// number.
nlohmann::json jsonOfPair(const RdCurve& anchor, const RdCurve& test, const BdResult& result);

/// Every comparison with its items and groups; one anchor, method and averaging for all.
nlohmann::json jsonOfComparisons(std::span<const BdComparison> comparisons);

}  // namespace ratescope::curves
