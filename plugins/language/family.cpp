#include "core/media/node/plugin.h"
#include "plugins/language/nodes.h"

using namespace ratescope::media::language;

RATESCOPE_FAMILY("language",
                 {fisherNode(), generateNode(), hessiansNode(), multipleChoiceNode(), passkeyNode(),
                  perplexityNode(), retrievalNode(), sensitivityNode(), tokenizeNode()})
