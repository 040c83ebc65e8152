#include "tests/families/weights/rtn_reference.h"

#include <algorithm>
#include <cmath>

namespace ratescope::media::test {
namespace {

/// Nearest half-precision number, by IEEE 754's definition: 11 significant bits, exponents from −14, steps of 2^−24
/// below.
double half(double value) {
    if (value == 0) return 0;
    int exponent = 0;
    std::frexp(value, &exponent);
    const double step = std::ldexp(1.0, std::max(exponent - 11, -24));
    return std::nearbyint(value / step) * step;
}

}  // namespace

std::vector<double> roundToNearest(const std::vector<float>& group, int bits, bool symmetric) {
    std::vector<double> result;
    if (bits == 1) {
        double mean = 0, spread = 0;
        for (const double w : group)
            mean += w / static_cast<double>(group.size());
        for (const double w : group)
            spread += std::abs(w - mean) / static_cast<double>(group.size());
        for (const double w : group)
            result.push_back(w >= mean ? half(mean + spread) : half(mean - spread));
        return result;
    }
    const double top = std::ldexp(1.0, bits) - 1;
    double least = 0, greatest = 0;
    for (const double w : group) {
        least = std::min(least, w);
        greatest = std::max(greatest, w);
    }
    double s = symmetric ? 2 * std::max(-least, greatest) / top : (greatest - least) / top;
    if (std::ranges::count(group, group[0]) == static_cast<std::ptrdiff_t>(group.size()))
        s = group[0] == 0 ? 1 : std::abs(static_cast<double>(group[0]));
    s = half(std::max(s, std::ldexp(1.0, -24)));
    const double z = symmetric ? (top + 1) / 2 : std::clamp(std::nearbyint(-least / s), 0.0, top);
    for (const double w : group)
        result.push_back(s * (std::clamp(std::nearbyint(w / s) + z, 0.0, top) - z));
    return result;
}

std::vector<double> roundToNearest(const std::vector<float>& weights, std::int64_t columns, int bits,
                                   std::int64_t groupSize, bool symmetric) {
    std::vector<double> result;
    const std::int64_t size = groupSize < 0 ? columns : groupSize;
    for (std::size_t row = 0; row < weights.size(); row += static_cast<std::size_t>(columns))
        for (std::int64_t begin = 0; begin < columns; begin += size) {
            const auto first = weights.begin() + static_cast<std::ptrdiff_t>(row) + begin;
            const auto part =
                roundToNearest({first, first + std::min(size, columns - begin)}, bits, symmetric);
            result.insert(result.end(), part.begin(), part.end());
        }
    return result;
}

}  // namespace ratescope::media::test
