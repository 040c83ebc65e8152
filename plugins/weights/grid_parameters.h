#pragma once

// The parameters of all codecs that put groups of weights on a uniform grid.

#include "core/graph/manifest.h"

#include <vector>

namespace ratescope::media::weights {

graph::Parameter groupSizeParameter();
/// "bits", "group-size" and "symmetric".
std::vector<graph::Parameter> gridParameters();

}  // namespace ratescope::media::weights
