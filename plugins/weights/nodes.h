#pragma once

// The nodes of the family "weights": codecs of the weights of networks.

#include "core/media/node/plugin.h"

namespace ratescope::media::weights {

NodeEntry rtnNode();

}  // namespace ratescope::media::weights
