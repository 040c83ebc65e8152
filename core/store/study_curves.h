#pragma once

// The curves of a study with everything that is drawn beside them: what the commands, figures and views start from.

#include "core/curves/curve.h"
#include "core/store/library.h"

#include <string>
#include <vector>

namespace ratescope::store {

/// The measured curves for two axes (query.h, curvePoints), then the imported ones of the same rate and metric, as
/// curves of Evidence::Imported whose slug is "imported/<title>". An empty `x` takes the measure's own rate.
/// Throws Error(Usage) for unknown ids, and Error(Input) when nothing is finished yet.
std::vector<curves::Curve> studyCurves(const Library& library, const StudyRecord& study, const std::string& y,
                                       const std::string& x);

}  // namespace ratescope::store
