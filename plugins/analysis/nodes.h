#pragma once

// The nodes of the family "analysis": tables made of the finished rows of a study.

#include "core/media/node/plugin.h"

namespace ratescope::media::analysis {

NodeEntry correlationNode();

}  // namespace ratescope::media::analysis
