#include "core/media/coding/distribution.h"

#include <cstddef>

namespace ratescope::media {
namespace {

constexpr double nodesPerUnit = 64;
constexpr int gaussianUnits = 8, laplaceUnits = 24;  // what lies beyond is below 1e-10

/// exp(−x) for 0 ≤ x < 64: the series near zero, squared ten times.
double expMinus(double x) {
    const double small = -x / 1024;
    double term = 1, sum = 1;
    for (int n = 1; n < 12; ++n) {
        term *= small / n;
        sum += term;
    }
    for (int i = 0; i < 10; ++i)
        sum *= sum;
    return sum;
}

double gaussianDensity(double z) {
    constexpr double oneOverSqrt2Pi = 0.398942280401432677939946;
    return oneOverSqrt2Pi * expMinus(z * z / 2);
}

/// 1/2 − density · (z + z³/3 + z⁵/(3·5) + …): G. Marsaglia, "Evaluating the normal distribution", Journal of
/// Statistical Software 11(4), 2004.
double gaussianTail(double z) {
    double term = z, sum = z;
    for (int n = 3; term > sum * 1e-17; n += 2) {
        term *= z * z / n;
        sum += term;
    }
    return 0.5 - gaussianDensity(z) * sum;
}

}  // namespace

Distribution::Distribution(ModelShape shape) {
    const bool gaussian = shape == ModelShape::Gaussian;
    const int units = gaussian ? gaussianUnits : laplaceUnits;
    nodes_.resize(static_cast<std::size_t>(units * nodesPerUnit) + 1);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const double z = static_cast<double>(i) / nodesPerUnit;
        if (gaussian)
            nodes_[i] = {gaussianTail(z), gaussianDensity(z)};
        else
            nodes_[i] = {expMinus(z) / 2, expMinus(z) / 2};
    }
}

/// Cubic between two nodes: values and slopes are known.
double Distribution::tail(double z) const {
    const double place = z * nodesPerUnit;
    if (place >= static_cast<double>(nodes_.size() - 1)) return 0;
    const auto cell = static_cast<std::size_t>(place);
    const double t = place - static_cast<double>(cell);
    const Node &a = nodes_[cell], &b = nodes_[cell + 1];
    const double slopeA = -a.density / nodesPerUnit, slopeB = -b.density / nodesPerUnit;
    const double drop = b.tail - a.tail;
    return a.tail + t * (slopeA + t * ((3 * drop - 2 * slopeA - slopeB) + t * (slopeA + slopeB - 2 * drop)));
}

double Distribution::between(double low, double high) const {
    if (low >= 0) return tail(low) - tail(high);
    if (high <= 0) return tail(-high) - tail(-low);
    return 1 - tail(-low) - tail(high);
}

}  // namespace ratescope::media
