#include "core/curves/bootstrap.h"

#include "core/curves/resampled_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::curves {
namespace {

constexpr double toleratedGaps = 0.05;

std::optional<Interval> intervalWithGaps(std::vector<double> values, const BootstrapOptions& options) {
    const double gaps = static_cast<double>(options.resamples - values.size());
    if (values.empty() || gaps > toleratedGaps * static_cast<double>(options.resamples)) return std::nullopt;
    return percentileInterval(std::move(values), options.level);
}

}  // namespace

std::vector<std::size_t> Resampler::draw(std::size_t count, std::size_t bound) {
    constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t range = bound;
    const std::uint64_t fair =
        last - (last % range + 1) % range;  // the last value of a whole number of ranges
    std::vector<std::size_t> indices(count);
    for (std::size_t& index : indices) {
        std::uint64_t bits = engine_();
        while (bits > fair)
            bits = engine_();
        index = static_cast<std::size_t>(bits % range);
    }
    return indices;
}

Interval percentileInterval(std::vector<double> values, double level) {
    std::sort(values.begin(), values.end());
    const auto quantile = [&](double part) {
        const double position = part * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(position);
        const std::size_t above = std::min(below + 1, values.size() - 1);
        return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
    };
    const double tail = (1 - level) / 2;
    return {quantile(tail), quantile(1 - tail)};
}

std::optional<Interval> bootstrapMean(std::span<const double> values, const BootstrapOptions& options) {
    return bootstrap(
        values.size(),
        [&](std::span<const std::size_t> chosen) -> std::optional<double> {
            double sum = 0;
            for (const std::size_t index : chosen)
                sum += values[index];
            return sum / static_cast<double>(chosen.size());
        },
        options);
}

std::optional<Interval> bootstrap(
    std::size_t n, const std::function<std::optional<double>(std::span<const std::size_t>)>& statistic,
    const BootstrapOptions& options) {
    if (n < 2 || options.resamples == 0) return std::nullopt;
    Resampler resampler(options.seed);
    std::vector<double> values;
    values.reserve(options.resamples);
    for (std::size_t i = 0; i < options.resamples; ++i)
        if (const std::optional<double> value = statistic(resampler.draw(n, n))) values.push_back(*value);
    return intervalWithGaps(std::move(values), options);
}

std::vector<std::vector<std::size_t>> drawUnits(const Curve& curve) {
    const bool oneAsset = assetCount(curve) < 2;
    std::vector<std::vector<std::size_t>> units;
    for (std::size_t i = 0; i < curve.items.size(); ++i) {
        const bool sameAsset = i > 0 && curve.items[i].asset == curve.items[i - 1].asset;
        if (oneAsset || !sameAsset) units.emplace_back();
        units.back().push_back(i);
    }
    return units;
}

Curve withBands(Curve curve, const BootstrapOptions& options) {
    const std::vector<std::vector<std::size_t>> units = drawUnits(curve);
    if (units.size() < 2) return curve;
    const ResampledCurve resampled(curve, units);
    std::vector<std::vector<double>> values(curve.points.size());
    Resampler resampler(options.seed);
    for (std::size_t i = 0; i < options.resamples; ++i) {
        const std::vector<std::size_t> drawn = resampler.draw(units.size(), units.size());
        for (std::size_t p = 0; p < values.size(); ++p)
            if (const std::optional<RatePoint> point = resampled.point(p, drawn))
                values[p].push_back(point->quality);
    }
    for (std::size_t p = 0; p < values.size(); ++p)
        if (curve.points[p].n >= 2)
            curve.points[p].interval = intervalWithGaps(std::move(values[p]), options);
    return curve;
}

}  // namespace ratescope::curves
