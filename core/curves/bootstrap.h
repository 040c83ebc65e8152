#pragma once

// Percentile bootstrap (Efron 1979) with a stored seed: the same seed gives the same interval on every
// machine and with every standard library, so that a figure can be made again to the last digit.

#include "core/curves/curve.h"
#include "core/curves/interval.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace ratescope::curves {

struct BootstrapOptions {
    std::size_t resamples = 10'000;
    std::uint64_t seed = 1;
    double level = 0.95;  ///< part of the resamples within the interval

    bool operator==(const BootstrapOptions&) const = default;
};

/// Draws with replacement. std::mt19937_64 is specified to the bit; the distributions of <random> are not, so
/// the bounded draw is its own (rejection, no bias).
class Resampler {
  public:
    explicit Resampler(std::uint64_t seed) : engine_(seed) {}

    /// `count` indices below `bound` (bound ≥ 1).
    std::vector<std::size_t> draw(std::size_t count, std::size_t bound);

  private:
    std::mt19937_64 engine_;
};

/// The interval that leaves (1 − level)/2 of the values on each side; between two values it interpolates
/// linearly (type 7 of Hyndman and Fan 1996, NumPy's default). `values` is not empty and holds no NaN.
Interval percentileInterval(std::vector<double> values, double level);

/// The mean of resampled values. Nothing for fewer than two values, where nothing can be said.
std::optional<Interval> bootstrapMean(std::span<const double> values, const BootstrapOptions& options);

/// A statistic of resampled items: `statistic` takes n indices below n and may answer that it has no value
/// for them. Nothing for n < 2, or if more than 5 % of the resamples have no value.
std::optional<Interval> bootstrap(
    std::size_t n, const std::function<std::optional<double>(std::span<const std::size_t>)>& statistic,
    const BootstrapOptions& options);

/// What is drawn as one: the items of each asset together (its seeds are not independent of each other), or
/// single items where there is one asset only. Indices into curve.items.
std::vector<std::vector<std::size_t>> drawUnits(const Curve& curve);

/// The curve with the interval of y at each of its points. Units are resampled, the same ones for all rows,
/// and pooled for each row; x stays where it is. Points with fewer than two finite items, or with more than 5
/// % of the resamples without a finite value, and imported ones, get none.
Curve withBands(Curve curve, const BootstrapOptions& options);

}  // namespace ratescope::curves
