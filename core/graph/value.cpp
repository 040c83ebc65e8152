#include "core/graph/value.h"

#include <array>
#include <charconv>
#include <cmath>

namespace ratescope::graph {
namespace {

template <typename Number>
std::string shortest(Number number) {
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return std::string(buffer.data(), end);
}

struct ToText {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t integer) const { return shortest(integer); }
    std::string operator()(double real) const {
        // 100000, not 1e+05: an integral real has the text of the equal integer.
        constexpr double limit = 9007199254740992.0;  // 2^53
        if (std::trunc(real) == real && std::fabs(real) < limit)
            return shortest(static_cast<std::int64_t>(real));
        return shortest(real);
    }
    std::string operator()(const std::string& text) const { return text; }
};

}  // namespace

std::string toText(const ParameterValue& value) {
    return std::visit(ToText{}, value);
}

}  // namespace ratescope::graph
