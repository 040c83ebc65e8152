#pragma once

#include "core/graph/json_place.h"

#include <vector>

namespace ratescope::graph {

/// `write(item)` of each of `items`, in their order. Json: nlohmann::json or ordered_json.
template <typename Json, typename Item, typename Write>
Json arrayOf(const std::vector<Item>& items, Write write) {
    Json array = Json::array();
    for (const Item& item : items)
        array.push_back(write(item));
    return array;
}

/// Replaces `target` by `readItem(item)` of each item of the array `name` of `place`; leaves it when there is no such
/// array. Throws Error(Input) as JsonPlace does.
template <typename Item, typename Read>
void readArray(const JsonPlace& place, const char* name, std::vector<Item>& target, Read readItem) {
    const auto array = place.find(name);
    if (!array) return;
    target.clear();
    for (const JsonPlace& item : array->items())
        target.push_back(readItem(item));
}

}  // namespace ratescope::graph
