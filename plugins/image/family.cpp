#include "core/media/node/plugin.h"
#include "plugins/image/nodes.h"

using namespace ratescope::media::image;

RATESCOPE_FAMILY("image", {jpegNode(), webpNode(), pngNode(), jxlNode(), avifNode(), jpeg2000Node(),
                           cropNode(), resizeNode(), convertNode(), commandNode()})
