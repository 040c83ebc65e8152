#pragma once

// What the measures of a document look at: pictures are compared in the tab Compare, models in the tab Model.

#include "views/session/open_document.h"

#include <string>
#include <vector>

namespace ratescope::views {

/// Slugs of the measures that take a model or a set of tensors and have a map of each tensor.
std::vector<std::string> modelMeasures(const OpenDocument& document);

/// There are measures, and all of them take models or sets of tensors.
bool measuresOnlyModels(const OpenDocument& document);

}  // namespace ratescope::views
