#pragma once

// Parameter values in JSON: truth values, integers, reals and text as themselves. 2 is an integer, 2.0 a
// real.

#include "core/graph/json_place.h"
#include "core/graph/value.h"

namespace ratescope::graph {

template <typename Json>
Json valueToJson(const ParameterValue& value) {
    return std::visit([](const auto& held) { return Json(held); }, value);
}

ParameterValue valueFromJson(const JsonPlace& place);

}  // namespace ratescope::graph
