#pragma once

// JSON from outside is looked over before a tree is made of it, which takes some tens of times the text's size. Not by a
// callback of the parser: with one it goes through an array again for each object in it.

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace ratescope {

struct JsonLimits {
    int depth = 32;  ///< objects and arrays within each other
    std::size_t values = std::numeric_limits<std::size_t>::max();
};

enum class JsonFault { NotJson, TooDeep, TooManyValues };

/// The first thing that is wrong; text that is not UTF-8 is no JSON. `key` sees the keys of the outermost object in their
/// order, also where one occurs twice.
std::optional<JsonFault> jsonFault(std::string_view text, const JsonLimits& limits,
                                   const std::function<void(const std::string&)>& key = {});

}  // namespace ratescope
