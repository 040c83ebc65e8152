#pragma once

// The manual of a node as plain text, made from its manifest.

#include "core/graph/manifest.h"

#include <string>

namespace ratescope::graph {

/// Plain UTF-8 text, at most 80 columns (a link or a word that is longer stays whole), a line feed at the
/// end.
std::string describe(const Manifest& manifest);

}  // namespace ratescope::graph
