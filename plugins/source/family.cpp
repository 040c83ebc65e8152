#include "core/media/node/plugin.h"
#include "plugins/source/nodes.h"

using namespace ratescope::media::source;

RATESCOPE_FAMILY("source", {imagesNode(), languageModelNode(), rawImagesNode(), tablesNode(), tensorsNode(),
                            textNode()})
