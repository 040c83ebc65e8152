#include "core/media/node/plugin.h"
#include "plugins/analysis/nodes.h"

using namespace ratescope::media::analysis;

RATESCOPE_FAMILY("analysis", {correlationNode()})
