#pragma once

// The nodes of the family "language": what compression does to language models.

#include "core/media/node/plugin.h"

namespace ratescope::media::language {

NodeEntry hessiansNode();
NodeEntry perplexityNode();

}  // namespace ratescope::media::language
