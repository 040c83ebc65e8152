#pragma once

// Figures in a document's JSON: fields that are as by default are left out.

#include "core/graph/figure_spec.h"
#include "core/graph/json_place.h"

namespace ratescope::graph {

nlohmann::ordered_json figureToJson(const FigureSpec& figure);

/// Throws as JsonPlace for a field of a wrong type, an unknown one and an unknown name.
FigureSpec figureFromJson(const JsonPlace& place);

}  // namespace ratescope::graph
