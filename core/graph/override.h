#pragma once

// Values given on a command line in place of a document's.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <string>

namespace ratescope::graph {

/// Applies "NODE.PARAMETER=VALUE" or "VARIABLE=VALUE". A sweep or a reach of that parameter gives way to the one value.
/// Throws Error(Usage) naming what is unknown or does not fit.
void overrideValue(Document& document, const Catalogue& catalogue, const std::string& setting);

}  // namespace ratescope::graph
