#include "core/curves/json.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace ratescope::curves {
namespace {

using nlohmann::json;

json number(double value) {
    return std::isfinite(value) ? json(value) : json(shortest(value));
}

json numberOrNull(const std::optional<double>& value) {
    return value ? number(*value) : json();
}

json intervalOrNull(const std::optional<Interval>& interval) {
    return interval ? json::array({number(interval->low), number(interval->high)}) : json();
}

json quantityJson(const Quantity& quantity) {
    json object = {{"id", quantity.id},
                   {"kind", toText(quantity.kind)},
                   {"title", quantity.title},
                   {"unit", quantity.unit}};
    if (quantity.better) object["better"] = *quantity.better == graph::Better::Higher ? "higher" : "lower";
    return object;
}

json itemsJson(const Curve& curve, const Point& point) {
    json items = json::array();
    for (const Sample& sample : point.samples) {
        const Item& item = curve.items[sample.item];
        items.push_back({{"asset", item.asset},
                         {"seed", item.seed},
                         {"x", number(finish(curve.x.finish, sample.x.s0, sample.x.s1))},
                         {"y", number(finish(curve.y.finish, sample.y.s0, sample.y.s1))}});
        if (!sample.reached) continue;
        items.back()["reached"] = number(sample.reached->value);
        items.back()["within_tolerance"] = sample.reached->within;
    }
    return items;
}

json reachedJson(const Curve& curve, const ReachedValues& reached) {
    return {{"parameter", curve.reaches},           {"mean", number(reached.mean)},
            {"least", number(reached.least)},       {"greatest", number(reached.greatest)},
            {"outside_tolerance", reached.outside}, {"not_monotone", reached.notMonotone}};
}

json pointJson(const Curve& curve, const Point& point, bool items) {
    json parameters = json::object();
    for (const auto& [name, value] : point.values)
        parameters[name] = value;
    json object = {{"x", number(point.x)},
                   {"y", number(point.y)},
                   {"interval", intervalOrNull(point.interval)},
                   {"n", point.n},
                   {"expected", point.expected},
                   {"dropped", point.dropped},
                   {"parameters", std::move(parameters)}};
    if (point.reached) object["reached"] = reachedJson(curve, *point.reached);
    if (items) object["items"] = itemsJson(curve, point);
    return object;
}

json meanJson(const BdMean& mean) {
    return {{"bd_rate_percent", numberOrNull(mean.ratePercent)},
            {"bd_rate_interval", intervalOrNull(mean.rateInterval)},
            {"bd_rate_items", mean.rateItems},
            {"bd_quality", numberOrNull(mean.quality)},
            {"bd_quality_interval", intervalOrNull(mean.qualityInterval)},
            {"bd_quality_items", mean.qualityItems}};
}

json itemBdJson(const ItemBd& item) {
    json object = {{"asset", item.item.asset}, {"seed", item.item.seed}};
    if (!item.result) {
        object["failure"] = item.failure;
        return object;
    }
    object["bd_rate_percent"] = numberOrNull(item.result->ratePercent);
    object["bd_quality"] = numberOrNull(item.result->quality);
    object["overlap"] = item.result->overlap;
    object["warnings"] = item.result->warnings;
    return object;
}

json comparisonJson(const BdComparison& comparison) {
    json object = meanJson(comparison.mean);
    object["test"] = comparison.test;
    object["title"] = comparison.testTitle;
    object["averaging"] = toText(comparison.averaging);
    object["overlap"] = comparison.overlap;
    object["least_overlap"] = comparison.leastOverlap;
    object["n"] = comparison.n;
    object["warnings"] = comparison.warnings;
    object["items"] = json::array();
    for (const ItemBd& item : comparison.items)
        object["items"].push_back(itemBdJson(item));
    object["groups"] = json::array();
    for (const GroupBd& group : comparison.groups) {
        json entry = meanJson(group.mean);
        entry["group"] = group.group;
        entry["overlap"] = group.overlap;
        entry["n"] = group.n;
        if (!group.failure.empty()) entry["failure"] = group.failure;
        object["groups"].push_back(std::move(entry));
    }
    return object;
}

}  // namespace

json jsonOfCurves(std::span<const Curve> curves, bool items) {
    json document = {{"format", "ratescope-curves"}, {"version", 1}, {"series", json::array()}};
    document["x"] = curves.empty() ? json() : quantityJson(curves.front().x);
    document["y"] = curves.empty() ? json() : quantityJson(curves.front().y);
    for (const Curve& curve : curves) {
        if (curve.x.id != curves.front().x.id || curve.y.id != curves.front().y.id)
            throw Error(ErrorKind::Usage, "The curves have different axes.", "Export them one by one.");
        json points = json::array();
        for (const Point& point : curve.points)
            points.push_back(pointJson(curve, point, items));
        json series = {{"series", curve.series},     {"title", curve.title},
                       {"branch", curve.branch},     {"evidence", toText(curve.evidence)},
                       {"citation", curve.citation}, {"points", std::move(points)}};
        if (!curve.group.empty()) series["group"] = curve.group;
        document["series"].push_back(std::move(series));
    }
    return document;
}

json jsonOfPair(const RdCurve& anchor, const RdCurve& test, const BdResult& result) {
    return {{"bd_rate_percent", numberOrNull(result.ratePercent)},
            {"bd_quality", numberOrNull(result.quality)},
            {"overlap", result.overlap},
            {"rate_overlap", result.rateOverlap},
            {"quality_range", intervalOrNull(result.qualityRange)},
            {"rate_range", intervalOrNull(result.rateRange)},
            {"method", toText(result.method)},
            {"anchor", anchor.name},
            {"test", test.name},
            {"anchor_points", result.anchorPoints},
            {"test_points", result.testPoints},
            {"dropped", result.dropped},
            {"warnings", result.warnings}};
}

json jsonOfComparisons(std::span<const BdComparison> comparisons) {
    json document = {{"format", "ratescope-bd"}, {"version", 1}, {"comparisons", json::array()}};
    if (comparisons.empty()) return document;
    const BdComparison& first = comparisons.front();
    document["anchor"] = first.anchor;
    document["anchor_title"] = first.anchorTitle;
    document["rate"] = first.rateId;
    document["metric"] = first.qualityId;
    document["method"] = toText(first.options.method);
    document["averaging"] = toText(first.options.averaging);
    document["hull"] = first.options.hull;
    if (!first.options.groupedBy.empty()) document["grouped_by"] = first.options.groupedBy;
    document["bootstrap"] = {{"resamples", first.options.bootstrap.resamples},
                             {"seed", first.options.bootstrap.seed},
                             {"level", first.options.bootstrap.level}};
    for (const BdComparison& comparison : comparisons)
        document["comparisons"].push_back(comparisonJson(comparison));
    return document;
}

}  // namespace ratescope::curves
