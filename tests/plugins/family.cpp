#include "tests/plugins/nodes.h"

namespace {
using namespace ratescope::media::test;
}

RATESCOPE_FAMILY("test", {noiseNode(), learnedNode(), offsetNode(), randomNode(), allNode(), sleepNode(),
                          checkpointNode(), layersNode(), sharedCodecNode(), residualNode(), crashNode(),
                          mseNode(), meanNode()})
