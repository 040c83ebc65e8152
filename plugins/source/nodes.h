#pragma once

// The nodes of the family "source": files as assets.

#include "core/media/node/plugin.h"

namespace ratescope::media::source {

NodeEntry imagesNode();
NodeEntry rawImagesNode();
NodeEntry tensorsNode();

}  // namespace ratescope::media::source
