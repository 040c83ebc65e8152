#pragma once

// What the node language.perplexity says of itself.

#include "core/graph/manifest.h"

namespace ratescope::media::language {

/// The choice of "context" that makes one window of the whole text.
inline constexpr const char* wholeText = "text";

graph::Manifest perplexityManifest();

}  // namespace ratescope::media::language
