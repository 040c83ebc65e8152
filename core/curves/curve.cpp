#include "core/curves/curve.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ratescope::curves {
namespace {

using ByItem = std::map<Item, const ItemPoint*>;
using ByRow = std::map<RowValues, ByItem>;

std::string describe(const RowValues& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += (text.empty() ? "" : ", ") + name + "=" + value;
    return text.empty() ? "its only row" : text;
}

std::map<std::string, ByRow> sortedBySeries(std::span<const SeriesInfo> series,
                                            std::span<const ItemPoint> points) {
    std::map<std::string, ByRow> bySeries;
    for (const SeriesInfo& info : series)
        bySeries[info.slug];
    for (const ItemPoint& point : points) {
        const auto found = bySeries.find(point.series);
        if (found == bySeries.end())
            throw Error(ErrorKind::Input,
                        "A measurement belongs to the unknown series \"" + point.series + "\".",
                        "Open the study again, so that its series and rows agree.");
        if (!found->second[point.values].emplace(Item{point.asset, point.seed}, &point).second)
            throw Error(ErrorKind::Input,
                        "\"" + point.asset + "\" has two measurements in \"" + point.series + "\" at " +
                            describe(point.values) + ".",
                        "Delete one of them, or name the node of the metric.");
    }
    return bySeries;
}

std::vector<Item> itemsOf(const ByRow& rows) {
    std::set<Item> items;
    for (const auto& [values, byItem] : rows)
        for (const auto& [item, point] : byItem)
            items.insert(item);
    return {items.begin(), items.end()};
}

Point pointOf(const Curve& curve, const RowValues& values, const ByItem& byItem) {
    std::vector<Sample> samples;
    for (const auto& [item, measured] : byItem) {
        const auto at = std::lower_bound(curve.items.begin(), curve.items.end(), item);
        samples.push_back({static_cast<std::size_t>(at - curve.items.begin()), measured->x, measured->y,
                           measured->reached});
        try {
            finish(curve.x.finish, measured->x.s0, measured->x.s1);
            finish(curve.y.finish, measured->y.s0, measured->y.s1);
        } catch (const Error& error) {
            throw Error(error.kind(),
                        "\"" + item.asset + "\" in \"" + curve.series + "\" at " + describe(values) + ": " +
                            error.what(),
                        error.remedy());
        }
    }
    Point point = pooledPoint(curve.x, curve.y, samples);
    point.values = values;
    point.samples = std::move(samples);
    return point;
}

bool isInfinite(const Quantity& quantity, const Statistic& statistic) {
    return quantity.pool != graph::Pool::SumThenFinish &&
           std::isinf(finish(quantity.finish, statistic.s0, statistic.s1));
}

std::optional<ReachedValues> reachedBy(std::span<const Sample> samples) {
    std::optional<ReachedValues> all;
    std::size_t n = 0;
    for (const Sample& sample : samples) {
        if (!sample.reached) continue;
        const ReachedValue& one = *sample.reached;
        if (!all) all = ReachedValues{0, one.value, one.value, 0, 0};
        ++n;
        all->mean += one.value;
        all->least = std::min(all->least, one.value);
        all->greatest = std::max(all->greatest, one.value);
        all->outside += !one.within;
        all->notMonotone += !one.monotone;
    }
    if (all) all->mean /= static_cast<double>(n);
    return all;
}

bool isBefore(const Point& a, const Point& b) {
    return a.x != b.x ? a.x < b.x : a.y < b.y;
}

}  // namespace

Point pooledPoint(const Quantity& x, const Quantity& y, std::span<const Sample> samples) {
    std::vector<Statistic> xs, ys, allXs, allYs;
    for (const Sample& sample : samples) {
        allXs.push_back(sample.x);
        allYs.push_back(sample.y);
        if (isInfinite(x, sample.x) || isInfinite(y, sample.y)) continue;
        xs.push_back(sample.x);
        ys.push_back(sample.y);
    }
    Point point;
    point.n = xs.size();
    point.dropped = samples.size() - xs.size();
    point.x = pool(x.finish, x.pool, xs.empty() ? allXs : xs).value;
    point.y = pool(y.finish, y.pool, ys.empty() ? allYs : ys).value;
    point.reached = reachedBy(samples);
    return point;
}

std::vector<Curve> makeCurves(const Quantity& x, const Quantity& y, std::span<const SeriesInfo> series,
                              std::span<const ItemPoint> points) {
    const std::map<std::string, ByRow> bySeries = sortedBySeries(series, points);
    std::set<Item> allItems;
    for (const ItemPoint& point : points)
        allItems.insert({point.asset, point.seed});

    std::vector<Curve> curves;
    std::vector<std::string> branches;
    for (std::size_t i = 0; i < series.size(); ++i) {
        const SeriesInfo& info = series[i];
        auto branch = std::find(branches.begin(), branches.end(), info.branch);
        if (branch == branches.end()) branch = branches.insert(branches.end(), info.branch);
        const ByRow& rows = bySeries.at(info.slug);
        if (rows.empty()) continue;

        Curve curve{.series = info.slug,
                    .title = info.title,
                    .branch = info.branch,
                    .branchTitle = info.branchTitle,
                    .branchIndex = static_cast<std::size_t>(branch - branches.begin()),
                    .seriesIndex = i,
                    .evidence = info.evidence,
                    .citation = {},
                    .reaches = info.reaches,
                    .group = {},
                    .x = x,
                    .y = y,
                    .items = itemsOf(rows),
                    .points = {}};
        for (const auto& [values, byItem] : rows) {
            curve.points.push_back(pointOf(curve, values, byItem));
            curve.points.back().expected = info.items > 0 ? info.items : allItems.size();
        }
        std::stable_sort(curve.points.begin(), curve.points.end(), isBefore);
        curves.push_back(std::move(curve));
    }
    return curves;
}

std::vector<RatePoint> meanPoints(const Curve& curve) {
    std::vector<RatePoint> points;
    for (const Point& point : curve.points)
        points.push_back({point.x, point.y});
    return points;
}

std::vector<RatePoint> itemPoints(const Curve& curve, std::size_t item) {
    std::vector<RatePoint> points;
    for (const Point& point : curve.points)
        for (const Sample& sample : point.samples)
            if (sample.item == item)
                points.push_back({finish(curve.x.finish, sample.x.s0, sample.x.s1),
                                  finish(curve.y.finish, sample.y.s0, sample.y.s1)});
    std::sort(points.begin(), points.end(), [](const RatePoint& a, const RatePoint& b) {
        return a.rate != b.rate ? a.rate < b.rate : a.quality < b.quality;
    });
    return points;
}

Curve withItems(const Curve& curve, std::span<const Item> items) {
    const std::set<Item> wanted(items.begin(), items.end());
    Curve part = curve;
    part.items.assign(wanted.begin(), wanted.end());
    part.points.clear();
    for (const Point& point : curve.points) {
        std::vector<Sample> samples;
        for (const Sample& sample : point.samples) {
            const auto found =
                std::lower_bound(part.items.begin(), part.items.end(), curve.items[sample.item]);
            if (found == part.items.end() || *found != curve.items[sample.item]) continue;
            samples.push_back(
                {static_cast<std::size_t>(found - part.items.begin()), sample.x, sample.y, sample.reached});
        }
        if (samples.empty()) continue;
        Point pooled = pooledPoint(curve.x, curve.y, samples);
        pooled.values = point.values;
        pooled.expected = point.expected;
        pooled.samples = std::move(samples);
        part.points.push_back(std::move(pooled));
    }
    std::stable_sort(part.points.begin(), part.points.end(), isBefore);
    return part;
}

std::size_t assetCount(const Curve& curve) {
    std::set<std::string> assets;
    for (const Item& item : curve.items)
        assets.insert(item.asset);
    return assets.size();
}

}  // namespace ratescope::curves
