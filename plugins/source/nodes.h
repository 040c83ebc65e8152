#pragma once

// The nodes of the family "source": files as assets.

#include "core/media/node/plugin.h"

namespace ratescope::media::source {

NodeEntry imagesNode();
NodeEntry languageModelNode();
NodeEntry rawImagesNode();
NodeEntry tablesNode();
NodeEntry tensorsNode();
NodeEntry textNode();

}  // namespace ratescope::media::source
