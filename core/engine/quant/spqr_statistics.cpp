#include "core/engine/quant/spqr_statistics.h"

#include "core/engine/quant/grid.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ratescope::engine {
namespace {

constexpr double smallestScale = 0x1p-24;
constexpr double farthestZero =
    1024;  // steps; a group so far from zero is taken as constant, to fit half precision

double lossOf(const RealGrid& grid, double weight, double diagonal, int largestCode) {
    const double error = (nearestOn(grid, weight, largestCode) - weight) / diagonal;
    return error * error;
}

/// Weights of a group with their U_jj, by ascending weight.
using Sorted = std::vector<std::pair<float, float>>;

/// Σ loss of the weights from `begin` to `end` on the grid of their own range.
double lossOfRange(const Sorted& weights, std::size_t begin, std::size_t end, int largestCode) {
    const RealGrid grid = realGrid(weights[begin].first, weights[end - 1].first, largestCode);
    double loss = 0;
    for (std::size_t i = begin; i < end; ++i)
        loss += lossOf(grid, weights[i].first, weights[i].second, largestCode);
    return loss;
}

}  // namespace

RealGrid realGrid(double least, double greatest, int largestCode) {
    if (least == greatest) return {std::abs(least), least < 0 ? 1.0 : 0.0};
    const double scale = (greatest - least) / largestCode;
    if (least > farthestZero * scale || greatest < -farthestZero * scale) {
        const double middle = (least + greatest) / 2;
        return realGrid(middle, middle, largestCode);
    }
    return {scale, -least / scale};
}

int codeOn(const RealGrid& grid, double weight, int largestCode) {
    const double code = grid.scale > 0 ? std::nearbyint(weight / grid.scale + grid.zero) : 0.0;
    return static_cast<int>(std::min(std::max(0.0, code), static_cast<double>(largestCode)));
}

double nearestOn(const RealGrid& grid, double weight, int largestCode) {
    return grid.scale * (codeOn(grid, weight, largestCode) - grid.zero);
}

RealGrid fitWithoutOutliers(std::span<const float> group, std::span<const float> diagonal, double outlierLoss,
                            int largestCode) {
    if (std::isinf(outlierLoss)) {
        const auto [least, greatest] = std::minmax_element(group.begin(), group.end());
        return realGrid(*least, *greatest, largestCode);
    }
    Sorted weights;
    for (std::size_t i = 0; i < group.size(); ++i)
        weights.emplace_back(group[i], diagonal[i]);
    std::sort(weights.begin(), weights.end());
    // Only the weights at the ends shape the range: the one whose absence helps more goes, and so on.
    std::size_t begin = 0, end = weights.size();
    for (double loss = lossOfRange(weights, begin, end, largestCode); end - begin > 1;) {
        const double withoutFirst = lossOfRange(weights, begin + 1, end, largestCode);
        const double withoutLast = lossOfRange(weights, begin, end - 1, largestCode);
        const double least = std::min(withoutFirst, withoutLast);
        if (!(loss - least > outlierLoss)) break;
        if (withoutFirst < withoutLast)
            ++begin;
        else
            --end;
        loss = least;
    }
    return realGrid(weights[begin].first, weights[end - 1].first, largestCode);
}

RealGrid withStorableStep(const RealGrid& grid) {
    if (grid.scale == 0 || grid.scale >= smallestScale) return grid;
    return {smallestScale, grid.zero * grid.scale / smallestScale};
}

StatisticsRun quantiseStatistics(const std::string& name, std::span<const double> values, int bits,
                                 std::uint16_t* codes) {
    const int top = (1 << bits) - 1;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    RealGrid grid = realGrid(*least, *greatest, top);
    grid.scale = std::max(grid.scale, smallestScale);
    // −1·step needs its code below zero's.
    if (*least == *greatest && *least < 0) grid.zero = 2;
    const StatisticsRun run{finiteHalf(name, grid.scale), finiteHalf(name, grid.zero)};
    const RealGrid stored{media::halfToFloat(run.step), media::halfToFloat(run.zero)};
    for (std::size_t i = 0; i < values.size(); ++i)
        codes[i] = static_cast<std::uint16_t>(codeOn(stored, values[i], top));
    return run;
}

double statisticOf(const StatisticsRun& run, std::uint16_t code) {
    return static_cast<double>(media::halfToFloat(run.step)) *
           (code - static_cast<double>(media::halfToFloat(run.zero)));
}

RealGrid storedGrid(const SpqrStored& stored, std::int64_t row, std::int64_t group) {
    const std::uint16_t scale = stored.scales.at(row, group), zero = stored.zeros.at(row, group);
    if (stored.statisticsGroup == 0) return {media::halfToFloat(scale), media::halfToFloat(zero)};
    const SecondLevel& level = stored.secondLevel.at(row / stored.statisticsGroup, group);
    const double step = statisticOf({level[0], level[1]}, scale);
    // The scale of a group of zeros is the least of its run, which is kept exactly. Its zero is not, and no code would
    // be at it.
    if (!(step > 0)) return {};
    return {std::max(step, smallestScale), statisticOf({level[2], level[3]}, zero)};
}

}  // namespace ratescope::engine
