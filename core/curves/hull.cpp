#include "core/curves/hull.h"

#include <algorithm>
#include <cmath>

namespace ratescope::curves {

std::vector<std::size_t> paretoFront(std::span<const RatePoint> points, graph::Better better) {
    const double sign = better == graph::Better::Higher ? 1 : -1;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (std::isfinite(points[i].rate) && std::isfinite(points[i].quality)) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (points[a].rate != points[b].rate) return points[a].rate < points[b].rate;
        return sign * points[a].quality > sign * points[b].quality;
    });
    std::vector<std::size_t> front;
    for (const std::size_t i : order)
        if (front.empty() || sign * points[i].quality > sign * points[front.back()].quality)
            front.push_back(i);
    return front;
}

std::vector<std::size_t> convexHull(std::span<const RatePoint> points, graph::Better better) {
    const double sign = better == graph::Better::Higher ? 1 : -1;
    // Whether b lies on or below the line from a to c: then it is no corner of the hull.
    const auto isUnder = [&](std::size_t a, std::size_t b, std::size_t c) {
        const double run = points[c].rate - points[a].rate,
                     rise = sign * (points[c].quality - points[a].quality);
        const double runB = points[b].rate - points[a].rate,
                     riseB = sign * (points[b].quality - points[a].quality);
        return run * riseB - rise * runB <= 0;
    };
    std::vector<std::size_t> hull;
    for (const std::size_t i : paretoFront(points, better)) {
        while (hull.size() >= 2 && isUnder(hull[hull.size() - 2], hull.back(), i))
            hull.pop_back();
        hull.push_back(i);
    }
    return hull;
}

Curve withPoints(const Curve& curve, std::span<const std::size_t> indices) {
    Curve part = curve;
    part.points.clear();
    for (const std::size_t index : indices)
        part.points.push_back(curve.points[index]);
    return part;
}

}  // namespace ratescope::curves
