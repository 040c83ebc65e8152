#pragma once

// BD numbers of whole curves: item by item and then averaged (the default), or of the mean curves. The two
// differ; every result says which it is, with anchor, method, overlap and n.

#include "core/curves/bd.h"
#include "core/curves/bootstrap.h"
#include "core/curves/curve.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::curves {

enum class BdAveraging {
    PerItem,    ///< a BD number for each item, then their mean
    MeanCurve,  ///< one BD number of the two mean curves
};

/// "per-item", "mean-curve".
const char* toText(BdAveraging averaging);
/// Inverse of toText(BdAveraging); nothing for another text.
std::optional<BdAveraging> bdAveragingFromText(std::string_view text);

/// The order of groups: "2" before "10", numbers before names.
struct ByGroupName {
    bool operator()(const std::string& a, const std::string& b) const;
};

struct CompareOptions {
    BdMethod method = BdMethod::Pchip;
    BdAveraging averaging = BdAveraging::PerItem;
    bool hull = false;  ///< of the convex hulls of the points (per item: of each item's)
    BootstrapOptions bootstrap;
    std::map<std::string, std::string> groups;  ///< asset → group, for numbers of groups; may be empty
    std::string groupedBy;                      ///< the column that says the groups: in titles
};

/// What came of one item.
struct ItemBd {
    Item item;
    std::optional<BdResult> result;
    std::string failure;  ///< why there is none
};

/// Means over some items, or the numbers of the mean curves of these.
struct BdMean {
    std::optional<double> ratePercent, quality;
    std::optional<Interval> rateInterval, qualityInterval;  ///< bootstrap over items
    std::size_t rateItems = 0, qualityItems = 0;            ///< in each mean
};

struct GroupBd {
    std::string group;
    BdMean mean;
    double overlap = 0;   ///< in quality, as of the whole comparison
    std::size_t n = 0;    ///< items of the group that both curves have
    std::string failure;  ///< why mean curves have no number
};

struct BdComparison {
    std::string anchor, anchorTitle;  ///< slug and title of the series
    std::string test, testTitle;
    bool testImported = false;
    std::string rateId, qualityId, qualityTitle, qualityUnit;
    CompareOptions options;
    BdAveraging averaging = BdAveraging::PerItem;  ///< as done: imported curves compare by mean curve only
    BdMean mean;
    double overlap = 0;           ///< in quality: of the mean curves, or the mean over the items
    double leastOverlap = 0;      ///< the smallest over the items
    std::size_t n = 0;            ///< items that both curves have (of the study's; 0 for imported pairs)
    std::vector<ItemBd> items;    ///< per item only
    std::vector<GroupBd> groups;  ///< by name; numbers in their order
    std::vector<std::string> warnings;
};

/// Compares two curves with the same axes; x is the rate. Only items that both have are compared; items
/// without a BD number (no overlap, not monotone) are left out of the mean, counted and named in the
/// warnings. Throws Error(Usage) if the axes differ, Error(Input) as bjontegaardDelta for mean curves, and if
/// no item has a BD number.
BdComparison compareCurves(const Curve& anchor, const Curve& test, const CompareOptions& options = {});

/// `anchor` (a series slug) with each other curve, in order; curves that can't be compared appear with the
/// reason as their only warning and no numbers. Throws Error(Usage) that lists the series if there is no such
/// anchor.
std::vector<BdComparison> compareWithAnchor(std::span<const Curve> curves, const std::string& anchor,
                                            const CompareOptions& options = {});

}  // namespace ratescope::curves
