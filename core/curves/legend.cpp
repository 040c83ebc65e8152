#include "core/curves/legend.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ratescope::curves {
namespace {

constexpr double usualWidth = 0.45, usualHeight = 0.42;  // in parts of the axes

double positionOn(const Axis& axis, double value) {
    if (axis.scale == Scale::Log)
        return std::log(value / axis.ticks.low) / std::log(axis.ticks.high / axis.ticks.low);
    return (value - axis.ticks.low) / (axis.ticks.high - axis.ticks.low);
}

}  // namespace

CoveredCorner leastCovered(const PlotSpec& spec, double width, double height) {
    constexpr std::array order = {Corner::BottomRight, Corner::TopLeft, Corner::TopRight, Corner::BottomLeft};
    std::array<std::size_t, 4> covered{};
    const auto count = [&](double x, double y) {
        const double h = positionOn(spec.x, x), v = positionOn(spec.y, y);
        if (h < 0 || h > 1 || v < 0 || v > 1) return;  // beyond limits that were given: not drawn
        const bool left = h<width, right = h> 1 - width, bottom = v<height, top = v> 1 - height;
        covered[0] += right && bottom;
        covered[1] += left && top;
        covered[2] += right && top;
        covered[3] += left && bottom;
    };
    constexpr int barSamples = 20;
    for (const PlotSeries& series : spec.series) {
        for (const PlotPoint& point : series.points)
            count(point.x, point.y);
        for (const RatePoint& point : series.line)
            count(point.rate, point.quality);
        if (spec.view != PlotView::Bars) continue;
        for (const PlotPoint& point : series.points)
            for (int i = 0; i < barSamples; ++i)
                count(point.x, point.y * i / barSamples);
    }
    const auto least = static_cast<std::size_t>(std::ranges::min_element(covered) - covered.begin());
    return {order[least], covered[least]};
}

Corner freeCorner(const PlotSpec& spec) {
    return leastCovered(spec, usualWidth, usualHeight).corner;
}

}  // namespace ratescope::curves
