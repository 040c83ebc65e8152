#include "core/curves/resampled_curve.h"

#include <cmath>

namespace ratescope::curves {
namespace {

bool sumsStatistics(const Quantity& quantity) {
    return quantity.pool == graph::Pool::SumThenFinish;
}

Statistic contribution(const Quantity& quantity, const Statistic& statistic) {
    if (sumsStatistics(quantity)) return statistic;
    return {finish(quantity.finish, statistic.s0, statistic.s1), 1};
}

void add(Statistic& sum, const Statistic& part) {
    sum.s0 += part.s0;
    sum.s1 += part.s1;
}

double pooledValue(const Quantity& quantity, const Statistic& sum) {
    return sumsStatistics(quantity) ? finish(quantity.finish, sum.s0, sum.s1) : sum.s0 / sum.s1;
}

}  // namespace

ResampledCurve::ResampledCurve(const Curve& curve, std::span<const std::vector<std::size_t>> units)
    : x_(curve.x), y_(curve.y) {
    std::vector<std::size_t> unitOf(curve.items.size());
    for (std::size_t u = 0; u < units.size(); ++u)
        for (const std::size_t item : units[u])
            unitOf[item] = u;
    for (const Point& point : curve.points) {
        std::vector<Sums> byUnit(units.size());
        for (const Sample& sample : point.samples) {
            const Statistic x = contribution(x_, sample.x), y = contribution(y_, sample.y);
            if (std::isinf(x.s0) || std::isinf(y.s0)) continue;
            add(byUnit[unitOf[sample.item]].x, x);
            add(byUnit[unitOf[sample.item]].y, y);
        }
        sums_.push_back(std::move(byUnit));
    }
}

std::optional<RatePoint> ResampledCurve::point(std::size_t index, std::span<const std::size_t> drawn) const {
    Statistic x{0, 0}, y{0, 0};
    for (const std::size_t unit : drawn) {
        add(x, sums_[index][unit].x);
        add(y, sums_[index][unit].y);
    }
    if (x.s1 <= 0 || y.s1 <= 0) return std::nullopt;
    const RatePoint point{pooledValue(x_, x), pooledValue(y_, y)};
    if (!std::isfinite(point.rate) || !std::isfinite(point.quality)) return std::nullopt;
    return point;
}

}  // namespace ratescope::curves
