#pragma once

// The value of a parameter, and its one canonical text.

#include <cstdint>
#include <string>
#include <variant>

namespace ratescope::graph {

/// Int parameters hold int64, real ones double, bool ones bool; choice, text and file hold a string.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

/// Canonical, locale-free: true/false, decimal integer, shortest text that reads back as the same double,
/// the string itself. Stands in series slugs, keys and exports.
std::string toText(const ParameterValue& value);

}  // namespace ratescope::graph
