#pragma once

// The nodes of the family "language": what compression does to language models.

#include "core/media/node/plugin.h"

namespace ratescope::media::language {

NodeEntry fisherNode();
NodeEntry generateNode();
NodeEntry hessiansNode();
NodeEntry multipleChoiceNode();
NodeEntry passkeyNode();
NodeEntry perplexityNode();
NodeEntry retrievalNode();
NodeEntry sensitivityNode();
NodeEntry tokenizeNode();

}  // namespace ratescope::media::language
