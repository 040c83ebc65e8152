#include "core/graph/value_json.h"

#include <nlohmann/json.hpp>

namespace ratescope::graph {

ParameterValue valueFromJson(const JsonPlace& place) {
    const nlohmann::json& value = place.value();
    if (value.is_boolean()) return place.flag();
    if (value.is_number_integer()) return place.integer();
    if (value.is_number()) return place.real();
    if (value.is_string()) return place.text();
    place.fail("must be true, false, a number or text");
}

}  // namespace ratescope::graph
