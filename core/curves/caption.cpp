#include "core/curves/caption.h"

#include "core/curves/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace ratescope::curves {
namespace {

struct Counts {
    std::size_t leastAssets = 0, mostAssets = 0, seeds = 1;
};

Counts countsOf(std::span<const Curve> curves) {
    Counts counts;
    bool any = false;
    for (const Curve& curve : curves) {
        if (curve.items.empty()) continue;
        const std::size_t assets = assetCount(curve);
        counts.leastAssets = any ? std::min(counts.leastAssets, assets) : assets;
        counts.mostAssets = std::max(counts.mostAssets, assets);
        std::set<std::uint64_t> seeds;
        for (const Item& item : curve.items)
            seeds.insert(item.seed);
        counts.seeds = std::max(counts.seeds, seeds.size());
        any = true;
    }
    return counts;
}

std::string countText(const Counts& counts) {
    std::string text = "n = " + std::to_string(counts.leastAssets);
    if (counts.mostAssets > counts.leastAssets) text += "\u2013" + std::to_string(counts.mostAssets);
    if (counts.seeds > 1) text += ", " + std::to_string(counts.seeds) + " seeds";
    return text;
}

std::string lowerFirst(std::string text) {
    const bool isAcronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1]));
    if (!text.empty() && !isAcronym)
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::string grouped(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3 && text.size() > 4; i -= 3)
        text.insert(i - 3, "\u202f");
    return text;
}

std::string poolingText(const Curve& curve) {
    switch (curve.y.pool) {
        case graph::Pool::MeanOfValues:
            return "each point is the mean over the items on both axes.";
        case graph::Pool::SumThenFinish:
            return "each point is made of the summed statistics of all items, over their mean " +
                   lowerFirst(curve.x.title) + ".";
        case graph::Pool::NotPoolable:
            return "one item.";
    }
    return {};
}

std::string opening(std::span<const Curve> curves, const std::string& dataset) {
    const Curve& first = curves.front();
    std::string text = first.y.axisTitle + " against " + lowerFirst(first.x.axisTitle);
    if (!dataset.empty()) text += " on " + dataset;
    const Counts counts = countsOf(curves);
    if (counts.mostAssets == 0) return text + ".";
    const auto own =
        std::find_if(curves.begin(), curves.end(), [](const Curve& curve) { return !curve.items.empty(); });
    return text + ", " + countText(counts) + ": " + poolingText(*own);
}

bool hasIntervals(std::span<const Curve> curves) {
    return std::any_of(curves.begin(), curves.end(), [](const Curve& curve) {
        return std::any_of(curve.points.begin(), curve.points.end(),
                           [](const Point& p) { return p.interval.has_value(); });
    });
}

std::string bandsText(const BootstrapOptions& bands) {
    return "Bands: " + shortest(std::round(bands.level * 1000) / 10) + "\u202f% bootstrap over items, " +
           grouped(bands.resamples) + " resamples, seed " + std::to_string(bands.seed) + ".";
}

std::string averagingText(std::span<const BdComparison> comparisons) {
    if (comparisons.front().options.averaging == BdAveraging::MeanCurve) return "of the mean curves";
    const bool anyMeanCurve = std::any_of(
        comparisons.begin(), comparisons.end(),
        [](const BdComparison& comparison) { return comparison.averaging == BdAveraging::MeanCurve; });
    return std::string("per item and then the mean") +
           (anyMeanCurve ? ", with published points of the mean curves" : "");
}

std::string bdText(std::span<const BdComparison> comparisons) {
    const BdComparison& first = comparisons.front();
    std::string text = "BD numbers against the anchor " + first.anchorTitle + " by " +
                       titleOf(first.options.method) + " over each pair's overlap, " +
                       averagingText(comparisons) + (first.options.hull ? ", on convex hulls" : "") +
                       ". Overlap in quality:";
    bool low = false, any = false;
    for (const BdComparison& comparison : comparisons) {
        if (!comparison.mean.ratePercent) continue;
        const bool isLow = comparison.overlap < advisedOverlap;
        text += (any ? ", " : " ") + comparison.testTitle + " " + fixed(shownOverlap(comparison.overlap), 2) +
                (isLow ? "\u2020" : "");
        low |= isLow;
        any = true;
    }
    text += any ? "." : " none.";
    for (const BdComparison& comparison : comparisons)
        if (!comparison.mean.ratePercent && !comparison.warnings.empty())
            text += " " + comparison.testTitle + ": " + comparison.warnings.front();
    return low ? text + " \u2020 Overlap below 0.75." : text;
}

std::string evidenceText(const Curve& curve) {
    if (curve.imported())
        return curve.title + ": published points" + (curve.citation.empty() ? "" : ", " + curve.citation) +
               ".";
    return curve.title + ": " + toText(curve.evidence) + ", not measured.";
}

}  // namespace

std::string composeCaption(std::span<const Curve> curves, std::span<const BdComparison> comparisons,
                           const std::string& dataset, const BootstrapOptions& bands,
                           std::span<const std::string> notes) {
    std::string text = opening(curves, dataset);
    if (hasIntervals(curves)) text += " " + bandsText(bands);
    if (!comparisons.empty()) text += " " + bdText(comparisons);
    const bool incomplete = std::any_of(curves.begin(), curves.end(), [](const Curve& curve) {
        return std::any_of(curve.points.begin(), curve.points.end(),
                           [](const Point& p) { return p.incomplete(); });
    });
    if (incomplete) text += " Hollow markers: items still missing.";
    for (const Curve& curve : curves)
        if (curve.evidence != Evidence::Measured) text += " " + evidenceText(curve);
    for (const std::string& note : notes)
        text += " " + note;
    return text;
}

std::string legendTitle(std::span<const Curve> curves, const std::string& dataset) {
    const Counts counts = countsOf(curves);
    if (counts.mostAssets == 0) return dataset;
    return (dataset.empty() ? "" : dataset + ", ") + countText(counts);
}

}  // namespace ratescope::curves
