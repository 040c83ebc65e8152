#pragma once

// The nodes of the family "weights": codecs of the weights of networks, and what makes their input.

#include "core/media/node/plugin.h"

namespace ratescope::media::weights {

NodeEntry awqNode();
NodeEntry bitstackNode();
NodeEntry castNode();
NodeEntry dfloat11Node();
NodeEntry evoPressNode();
NodeEntry evoPressSearchNode();
NodeEntry fwsvdNode();
NodeEntry gptqNode();
NodeEntry kmeansNode();
NodeEntry pruneNode();
NodeEntry rtnNode();
NodeEntry spqrNode();
NodeEntry vptqNode();

}  // namespace ratescope::media::weights
