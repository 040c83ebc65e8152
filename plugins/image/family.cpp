#include "core/media/node/plugin.h"
#include "plugins/image/nodes.h"

using namespace ratescope::media::image;

RATESCOPE_FAMILY("image", {jpegNode(), cropNode(), resizeNode(), convertNode(), commandNode()})
