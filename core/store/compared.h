#pragma once

// The reconstructions of one picture that are held side by side: on a plate, in Compare.

#include "core/curves/rate.h"
#include "core/store/query.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::store {

/// A finished item with its rate and the value of a metric.
struct ComparedItem {
    ItemRow item;
    double rate = 0, quality = 0;
    const curves::Rate* rateKind = nullptr;  ///< the first that the measure has a count for
    graph::Metric metric;
};

/// Nothing if the item has no such measurement; `metric` is an id, or NODE:METRIC.
std::optional<ComparedItem> comparedItem(const Library& library, const ItemRow& item,
                                         const std::string& metric);

/// The finished items of the series for this asset that have the metric, by rising rate.
std::vector<ComparedItem> comparedItems(const Library& library, StudyId study, const std::string& metric,
                                        const std::string& asset, const std::string& series);

/// In the logarithm, as rates are compared; the first of equally near ones. `items` is not empty.
const ComparedItem& nearestInRate(const std::vector<ComparedItem>& items, double rate);

/// Parameters and values of the swept columns that the series' title does not say; what was found in place of its
/// target. As many digits as tell one setting from another.
std::vector<std::pair<std::string, std::string>> settingsOf(const ItemRow& item);

}  // namespace ratescope::store
