#include "core/engine/quant/spqr_statistics.h"

#include "core/engine/quant/grid.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>

namespace ratescope::engine {
namespace {

constexpr double smallestScale = 0x1p-24;
constexpr double farthestZero =
    1024;  // steps; a group so far from zero is taken as constant, to fit half precision

struct Range {
    double least, greatest;
};

Range rangeWithout(std::span<const float> group, std::size_t left) {
    Range range{INFINITY, -INFINITY};
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (i == left) continue;
        range.least = std::min(range.least, static_cast<double>(group[i]));
        range.greatest = std::max(range.greatest, static_cast<double>(group[i]));
    }
    return range;
}

double lossOf(const RealGrid& grid, double weight, double diagonal, int largestCode) {
    const double error = (nearestOn(grid, weight, largestCode) - weight) / diagonal;
    return error * error;
}

/// Σ loss of all weights but one on the grid that is fitted without it.
double lossWithout(std::span<const float> group, std::span<const float> diagonal, std::size_t left,
                   int largestCode) {
    if (group.size() == 1) return 0;
    const Range range = rangeWithout(group, left);
    const RealGrid grid = realGrid(range.least, range.greatest, largestCode);
    double loss = 0;
    for (std::size_t i = 0; i < group.size(); ++i)
        if (i != left) loss += lossOf(grid, group[i], diagonal[i], largestCode);
    return loss;
}

RealGrid gridWithout(std::span<const float> group, const std::vector<bool>& isOut, int largestCode) {
    Range range{INFINITY, -INFINITY};
    double sum = 0;
    int kept = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (isOut[i]) continue;
        range.least = std::min(range.least, static_cast<double>(group[i]));
        range.greatest = std::max(range.greatest, static_cast<double>(group[i]));
        sum += group[i];
        ++kept;
    }
    // The mean, which stands for those left out, lies within the range; without any it is 0.
    if (kept == 0) return realGrid(0, 0, largestCode);
    return realGrid(range.least, range.greatest, largestCode);
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
    const auto [least, greatest] = std::minmax_element(group.begin(), group.end());
    const RealGrid whole = realGrid(*least, *greatest, largestCode);
    double base = 0;
    std::vector<double> losses(group.size());
    for (std::size_t i = 0; i < group.size(); ++i)
        base += losses[i] = lossOf(whole, group[i], diagonal[i], largestCode);
    std::vector<bool> isOut(group.size());
    bool any = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
        // Without a weight that is at neither end the range stays, and only its own loss goes.
        const bool isAtEnd = group[i] == *least || group[i] == *greatest;
        const double gain = isAtEnd ? base - lossWithout(group, diagonal, i, largestCode) : losses[i];
        isOut[i] = gain > outlierLoss;
        any = any || isOut[i];
    }
    return any ? gridWithout(group, isOut, largestCode) : whole;
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
    return {std::max(statisticOf({level[0], level[1]}, scale), smallestScale),
            statisticOf({level[2], level[3]}, zero)};
}

}  // namespace ratescope::engine
