#include "core/media/node/plugin.h"
#include "plugins/weights/nodes.h"

using namespace ratescope::media::weights;

RATESCOPE_FAMILY("weights-calibrated",
                 {awqNode(), bitstackNode(), evoPressNode(), evoPressSearchNode(), fwsvdNode(), gptqNode(),
                  kmeansNode(), pruneNode(), spqrNode(), vptqNode()})
