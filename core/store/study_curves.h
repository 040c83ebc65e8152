#pragma once

// The curves of a study with everything that is drawn beside them: what the commands, figures and views start from.

#include "core/curves/curve.h"
#include "core/store/library.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::store {

/// Columns of joined tables and the values that assets must have.
using AssetFilter = std::vector<std::pair<std::string, std::string>>;

/// The measured curves, of the assets that pass the filter, for two axes (query.h, curvePoints), then the imported ones of the same rate and metric, as
/// curves of Evidence::Imported whose slug is "imported/<title>". An empty `x` takes the measure's own rate.
/// Throws Error(Usage) for unknown ids, and Error(Input) when nothing is finished yet.
std::vector<curves::Curve> studyCurves(const Library& library, const StudyRecord& study, const std::string& y,
                                       const std::string& x, const AssetFilter& filter = {});

/// Each measured curve, then the parts of it that the groups of its assets make by a column of joined tables; imported
/// curves stay whole. Throws as attributeOfAssets.
std::vector<curves::Curve> groupedCurves(const Library& library, const StudyRecord& study,
                                         std::span<const curves::Curve> curves, const std::string& column);

}  // namespace ratescope::store
