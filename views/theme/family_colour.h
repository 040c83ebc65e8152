#pragma once

// The stripe by which a node shows what it is for: one muted hue for each kind of node.

#include "core/graph/manifest.h"
#include "views/theme/tokens.h"

namespace ratescope::views {

QColor familyColour(graph::NodeKind kind, Look look = currentLook());

}  // namespace ratescope::views
