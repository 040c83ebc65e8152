#pragma once

// What the measures of a document look at: pictures are compared in the tab Compare, models in the tab Model.

#include "views/session/open_document.h"

#include <string>
#include <vector>

namespace ratescope::views {

/// A measure that takes a model or a set of tensors.
struct ModelMeasure {
    std::string slug;
    bool hasMap = false;  ///< of each tensor
};
std::vector<ModelMeasure> modelMeasures(const OpenDocument& document);

/// There are measures, and all of them take models or sets of tensors.
bool measuresOnlyModels(const OpenDocument& document);

}  // namespace ratescope::views
