#pragma once

// The nodes of the family "image": codecs and conversions of raster images.

#include "core/media/node/plugin.h"

namespace ratescope::media::image {

NodeEntry jpegNode();
NodeEntry webpNode();
NodeEntry pngNode();
NodeEntry jxlNode();
NodeEntry avifNode();
NodeEntry jpeg2000Node();
NodeEntry cropNode();
NodeEntry resizeNode();
NodeEntry convertNode();
NodeEntry commandNode();

}  // namespace ratescope::media::image
