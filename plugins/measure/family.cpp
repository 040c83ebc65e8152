#include "core/media/node/plugin.h"
#include "plugins/measure/nodes.h"

using namespace ratescope::media::measure;

RATESCOPE_FAMILY("measure", {psnrNode(), ssimNode(), msSsimNode(), tensorErrorNode(), commandNode()})
