#include "core/curves/compare.h"

#include "core/curves/hull.h"
#include "core/curves/resampled_curve.h"
#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <set>

namespace ratescope::curves {
namespace {

constexpr std::array<const char*, 2> averagingNames = {"per-item", "mean-curve"};

using Units = std::vector<std::vector<std::size_t>>;

std::vector<Item> commonItems(const Curve& a, const Curve& b) {
    std::vector<Item> common;
    std::set_intersection(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                          std::back_inserter(common));
    return common;
}

std::vector<RatePoint> onHull(std::vector<RatePoint> points, const CompareOptions& options,
                              const Quantity& quality) {
    if (!options.hull) return points;
    std::vector<RatePoint> hull;
    for (const std::size_t index : convexHull(points, quality.better.value_or(graph::Better::Higher)))
        hull.push_back(points[index]);
    return hull;
}

BdResult compare(const Curve& anchor, const Curve& test, std::vector<RatePoint> anchorPoints,
                 std::vector<RatePoint> testPoints, const CompareOptions& options) {
    return bjontegaardDelta({anchor.title, onHull(std::move(anchorPoints), options, anchor.y)},
                            {test.title, onHull(std::move(testPoints), options, test.y)}, options.method,
                            anchor.y.better);
}

std::string counted(std::size_t part, std::size_t all) {
    return std::to_string(part) + " of " + std::to_string(all) + (all == 1 ? " item" : " items");
}

// Mean and interval of what `number` gives for the items of `units`, drawn by unit.
void average(const std::vector<ItemBd>& items, const Units& units, const BootstrapOptions& options,
             const std::function<std::optional<double>(const BdResult&)>& number, std::optional<double>& mean,
             std::optional<Interval>& interval, std::size_t& count) {
    std::vector<double> sums;
    std::vector<std::size_t> counts;
    for (const std::vector<std::size_t>& unit : units) {
        double sum = 0;
        std::size_t n = 0;
        for (const std::size_t item : unit) {
            const std::optional<double> value =
                items[item].result ? number(*items[item].result) : std::nullopt;
            if (!value) continue;
            sum += *value;
            ++n;
        }
        if (n == 0) continue;
        sums.push_back(sum);
        counts.push_back(n);
    }
    count = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    if (count == 0) return;
    mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(count);
    interval = bootstrap(
        sums.size(),
        [&](std::span<const std::size_t> drawn) -> std::optional<double> {
            double sum = 0;
            std::size_t n = 0;
            for (const std::size_t unit : drawn) {
                sum += sums[unit];
                n += counts[unit];
            }
            return sum / static_cast<double>(n);
        },
        options);
}

BdMean meanOf(const std::vector<ItemBd>& items, const Units& units, const BootstrapOptions& options) {
    BdMean mean;
    average(
        items, units, options, [](const BdResult& bd) { return bd.ratePercent; }, mean.ratePercent,
        mean.rateInterval, mean.rateItems);
    average(
        items, units, options, [](const BdResult& bd) { return bd.quality; }, mean.quality,
        mean.qualityInterval, mean.qualityItems);
    return mean;
}

double meanOverlap(const std::vector<ItemBd>& items, const Units& units) {
    double sum = 0;
    std::size_t n = 0;
    for (const std::vector<std::size_t>& unit : units)
        for (const std::size_t item : unit)
            if (items[item].result && items[item].result->ratePercent) {
                sum += items[item].result->overlap;
                ++n;
            }
    return n == 0 ? 0 : sum / static_cast<double>(n);
}

using UnitsByGroup = std::map<std::string, Units, ByGroupName>;

UnitsByGroup unitsByGroup(const std::vector<Item>& items, const Units& units, const CompareOptions& options) {
    UnitsByGroup byGroup;
    for (const std::vector<std::size_t>& unit : units) {
        const auto group = options.groups.find(items[unit.front()].asset);
        if (group != options.groups.end()) byGroup[group->second].push_back(unit);
    }
    return byGroup;
}

std::size_t countOf(const Units& units) {
    return std::accumulate(units.begin(), units.end(), std::size_t{0},
                           [](std::size_t sum, const auto& unit) { return sum + unit.size(); });
}

void warnOfUngrouped(const std::vector<Item>& items, BdComparison& comparison) {
    if (comparison.options.groups.empty()) return;
    std::set<std::string> assets;
    for (const Item& item : items)
        if (!comparison.options.groups.count(item.asset)) assets.insert(item.asset);
    if (assets.empty()) return;
    std::string names;
    std::size_t named = 0;
    for (const std::string& asset : assets)
        if (++named <= 3) names += (names.empty() ? "" : ", ") + asset;
    comparison.warnings.push_back(
        std::to_string(assets.size()) + (assets.size() == 1 ? " asset" : " assets") +
        " in no group, in the total only: " + names + (assets.size() > 3 ? ", …." : "."));
}

std::string itemName(const Item& item) {
    return item.seed == 0 ? item.asset : item.asset + " (seed " + std::to_string(item.seed) + ")";
}

void warnOfItems(BdComparison& comparison) {
    std::size_t without = 0, lowOverlap = 0, fewPoints = 0, dropped = 0;
    std::string examples;
    for (const ItemBd& item : comparison.items) {
        if (!item.result || !item.result->ratePercent) {
            const std::string reason = item.result ? "No overlap in quality." : item.failure;
            if (++without <= 3) examples += " " + itemName(item.item) + ": " + reason;
            continue;
        }
        lowOverlap += item.result->overlap < advisedOverlap;
        fewPoints += std::min(item.result->anchorPoints, item.result->testPoints) < advisedPoints;
        dropped += item.result->dropped;
    }
    const std::size_t all = comparison.items.size();
    std::vector<std::string>& warnings = comparison.warnings;
    if (without > 0)
        warnings.push_back(counted(without, all) + " without a BD-rate, left out of its mean." + examples);
    if (lowOverlap > 0)
        warnings.push_back("The overlap in quality is below 75 % for " + counted(lowOverlap, all) + ".");
    if (fewPoints > 0) warnings.push_back("Fewer than four points for " + counted(fewPoints, all) + ".");
    if (dropped > 0) warnings.push_back(std::to_string(dropped) + " points of infinite quality left out.");
}

void comparePerItem(const Curve& anchor, const Curve& test, BdComparison& comparison) {
    const CompareOptions& options = comparison.options;
    double sum = 0;
    std::size_t withRate = 0;
    for (std::size_t i = 0; i < anchor.items.size(); ++i) {
        ItemBd item{anchor.items[i], std::nullopt, {}};
        try {
            item.result = compare(anchor, test, itemPoints(anchor, i), itemPoints(test, i), options);
            if (item.result->ratePercent) {
                sum += item.result->overlap;
                comparison.leastOverlap = withRate == 0
                                              ? item.result->overlap
                                              : std::min(comparison.leastOverlap, item.result->overlap);
                ++withRate;
            }
        } catch (const Error& error) {
            item.failure = error.what();
        }
        comparison.items.push_back(std::move(item));
    }
    const Units units = drawUnits(anchor);
    comparison.mean = meanOf(comparison.items, units, options.bootstrap);
    if (!comparison.mean.ratePercent && !comparison.mean.quality)
        throw Error(
            ErrorKind::Input,
            "No item has a BD number between \"" + anchor.title + "\" and \"" + test.title + "\"." +
                (comparison.items.empty() ? std::string(" They share no item.")
                                          : " " + itemName(comparison.items.front().item) + ": " +
                                                comparison.items.front().failure),
            "Compare the mean curves or the convex hulls, or sweep until the ranges of quality meet.");
    if (withRate > 0) comparison.overlap = sum / static_cast<double>(withRate);
    for (const auto& [name, ofGroup] : unitsByGroup(anchor.items, units, options))
        comparison.groups.push_back({name,
                                     meanOf(comparison.items, ofGroup, options.bootstrap),
                                     meanOverlap(comparison.items, ofGroup),
                                     countOf(ofGroup),
                                     {}});
    warnOfItems(comparison);
}

using BdNumber = std::optional<double> BdResult::*;

std::optional<Interval> meanCurveInterval(const Curve& anchor, const Curve& test,
                                          const CompareOptions& options, BdNumber number) {
    const Units units = drawUnits(anchor);
    const ResampledCurve anchorPoints(anchor, units), testPoints(test, units);
    const auto resample = [](const ResampledCurve& curve, std::span<const std::size_t> drawn) {
        std::vector<RatePoint> points;
        for (std::size_t i = 0; i < curve.size(); ++i)
            if (const std::optional<RatePoint> point = curve.point(i, drawn)) points.push_back(*point);
        return points;
    };
    return bootstrap(
        units.size(),
        [&](std::span<const std::size_t> drawn) -> std::optional<double> {
            try {
                return compare(anchor, test, resample(anchorPoints, drawn), resample(testPoints, drawn),
                               options).*
                       number;
            } catch (const Error&) {
                return std::nullopt;  // a resample may be non-monotone: counted as a gap by bootstrap()
            }
        },
        options.bootstrap);
}

/// Of the mean curves of the same `n` items.
BdMean meanOfCurves(const Curve& anchor, const Curve& test, std::size_t n, const BdResult& result,
                    const CompareOptions& options) {
    BdMean mean;
    mean.ratePercent = result.ratePercent;
    mean.quality = result.quality;
    if (n < 2) return mean;
    if (result.ratePercent)
        mean.rateInterval = meanCurveInterval(anchor, test, options, &BdResult::ratePercent);
    if (result.quality) mean.qualityInterval = meanCurveInterval(anchor, test, options, &BdResult::quality);
    return mean;
}

GroupBd groupOfMeanCurves(const Curve& anchor, const Curve& test, const std::string& name, const Units& units,
                          const CompareOptions& options) {
    std::vector<Item> items;
    for (const std::vector<std::size_t>& unit : units)
        for (const std::size_t item : unit)
            items.push_back(anchor.items[item]);
    GroupBd group{name, {}, 0, items.size(), {}};
    const Curve anchorPart = withItems(anchor, items), testPart = withItems(test, items);
    try {
        const BdResult result =
            compare(anchorPart, testPart, meanPoints(anchorPart), meanPoints(testPart), options);
        group.mean = meanOfCurves(anchorPart, testPart, items.size(), result, options);
        group.overlap = result.overlap;
    } catch (const Error& error) {
        group.failure = error.what();
    }
    return group;
}

void compareMeanCurves(const Curve& anchor, const Curve& test, BdComparison& comparison) {
    const CompareOptions& options = comparison.options;
    const BdResult result = compare(anchor, test, meanPoints(anchor), meanPoints(test), options);
    comparison.mean = meanOfCurves(anchor, test, comparison.n, result, options);
    comparison.overlap = comparison.leastOverlap = result.overlap;
    comparison.warnings.insert(comparison.warnings.end(), result.warnings.begin(), result.warnings.end());
    if (comparison.n >= 2 && result.ratePercent && !comparison.mean.rateInterval)
        comparison.warnings.push_back("No interval: many resamples have no BD-rate.");
    if (comparison.n == 0) return;  // imported points have no items to be grouped
    for (const auto& [name, units] : unitsByGroup(anchor.items, drawUnits(anchor), options)) {
        comparison.groups.push_back(groupOfMeanCurves(anchor, test, name, units, options));
        if (const std::string& failure = comparison.groups.back().failure; !failure.empty())
            comparison.warnings.push_back(name + ": " + failure);
    }
}

BdComparison frame(const Curve& anchor, const Curve& test, const CompareOptions& options) {
    BdComparison comparison;
    comparison.anchor = anchor.series;
    comparison.anchorTitle = anchor.title;
    comparison.test = test.series;
    comparison.testTitle = test.title;
    comparison.testImported = test.imported();
    comparison.rateId = anchor.x.id;
    comparison.qualityId = anchor.y.id;
    comparison.qualityTitle = anchor.y.title;
    comparison.qualityUnit = anchor.y.unit;
    comparison.options = options;
    comparison.averaging = options.averaging;
    return comparison;
}

void requireSameAxes(const Curve& anchor, const Curve& test) {
    if (anchor.x.id == test.x.id && anchor.y.id == test.y.id) return;
    throw Error(ErrorKind::Usage,
                "\"" + anchor.title + "\" and \"" + test.title + "\" have different axes: " + anchor.x.id +
                    ", " + anchor.y.id + " and " + test.x.id + ", " + test.y.id + ".",
                "Compare curves of the same rate and the same metric.");
}

}  // namespace

bool ByGroupName::operator()(const std::string& a, const std::string& b) const {
    const auto left = readNumber(a), right = readNumber(b);
    if (left && right && *left != *right) return *left < *right;
    if (left.has_value() != right.has_value()) return left.has_value();
    return a < b;
}

const char* toText(BdAveraging averaging) {
    return averagingNames[static_cast<std::size_t>(averaging)];
}

std::optional<BdAveraging> bdAveragingFromText(std::string_view text) {
    for (std::size_t i = 0; i < averagingNames.size(); ++i)
        if (text == averagingNames[i]) return static_cast<BdAveraging>(i);
    return std::nullopt;
}

BdComparison compareCurves(const Curve& anchor, const Curve& test, const CompareOptions& options) {
    requireSameAxes(anchor, test);
    BdComparison comparison = frame(anchor, test, options);
    if (anchor.items.empty() || test.items.empty()) {
        comparison.averaging = BdAveraging::MeanCurve;
        compareMeanCurves(anchor, test, comparison);
        return comparison;
    }
    const std::vector<Item> items = commonItems(anchor, test);
    comparison.n = items.size();
    const std::size_t all = std::max(anchor.items.size(), test.items.size());
    if (items.size() < all)
        comparison.warnings.push_back("Only " + counted(items.size(), all) + " are in both series.");
    const Curve anchorPart = withItems(anchor, items), testPart = withItems(test, items);
    warnOfUngrouped(items, comparison);
    if (options.averaging == BdAveraging::PerItem)
        comparePerItem(anchorPart, testPart, comparison);
    else
        compareMeanCurves(anchorPart, testPart, comparison);
    return comparison;
}

std::vector<BdComparison> compareWithAnchor(std::span<const Curve> curves, const std::string& anchor,
                                            const CompareOptions& options) {
    const auto found =
        std::find_if(curves.begin(), curves.end(), [&](const Curve& c) { return c.series == anchor; });
    if (found == curves.end()) {
        std::string slugs;
        for (const Curve& curve : curves)
            slugs += (slugs.empty() ? "" : ", ") + curve.series;
        throw Error(ErrorKind::Usage, "There is no series \"" + anchor + "\" with finished items.",
                    slugs.empty() ? "Run the study first." : "Choose the anchor among: " + slugs + ".");
    }
    std::vector<BdComparison> comparisons;
    for (const Curve& test : curves) {
        if (test.series == anchor) continue;
        try {
            comparisons.push_back(compareCurves(*found, test, options));
        } catch (const Error& error) {
            comparisons.push_back(frame(*found, test, options));
            comparisons.back().warnings = {error.what()};
        }
    }
    return comparisons;
}

}  // namespace ratescope::curves
