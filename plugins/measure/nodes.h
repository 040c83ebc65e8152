#pragma once

// The nodes of the family "measure": how far a reconstruction lies from its original.

#include "core/media/node/plugin.h"

namespace ratescope::media::measure {

NodeEntry psnrNode();
NodeEntry ssimNode();
NodeEntry msSsimNode();
NodeEntry tensorErrorNode();
NodeEntry commandNode();

}  // namespace ratescope::media::measure
