#pragma once

// What is wrong with a manifest itself. The contract test runs it over every node, so that inspector, command
// line and manual can rely on what a manifest says.

#include "core/graph/manifest.h"

#include <string>
#include <vector>

namespace ratescope::graph {

/// One sentence a fault, each naming the node and the place; empty for a good manifest.
std::vector<std::string> faultsOf(const Manifest& manifest);

}  // namespace ratescope::graph
