#pragma once

// The nodes of the family "test": small, deterministic, and some of them ill-behaved when told so.

#include "core/media/node/plugin.h"

namespace ratescope::media::test {

NodeEntry noiseNode();
NodeEntry learnedNode();
NodeEntry offsetNode();
NodeEntry randomNode();
NodeEntry allNode();
NodeEntry sleepNode();
NodeEntry checkpointNode();
NodeEntry layersNode();
NodeEntry sharedCodecNode();
NodeEntry residualNode();
NodeEntry crashNode();
NodeEntry mseNode();
NodeEntry meanNode();

}  // namespace ratescope::media::test
