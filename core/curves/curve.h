#pragma once

// Curves: the items of a study, pooled into the points of series. The store's query fills ItemPoint and
// SeriesInfo; everything that is drawn, compared or exported starts from the Curve that is made of them here.

#include "core/curves/interval.h"
#include "core/curves/quantity.h"
#include "core/curves/statistic.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::curves {

/// Swept parameters of a row and their canonical texts: {"jpeg.quality", "75"}.
using RowValues = std::vector<std::pair<std::string, std::string>>;

/// The value of a parameter at which an item met a target.
struct ReachedValue {
    double value = 0;
    bool within = true;    ///< the tolerance
    bool monotone = true;  ///< as far as was seen: else the value is one of several

    bool operator==(const ReachedValue&) const = default;
};

/// Of the items of a point.
struct ReachedValues {
    double mean = 0, least = 0, greatest = 0;
    std::size_t outside = 0, notMonotone = 0;  ///< items
};

/// One finished measurement of one item.
struct ItemPoint {
    std::string series;  ///< slug, one of the SeriesInfo's
    std::string asset;   ///< "kodim01.png"
    std::uint64_t seed = 0;
    RowValues values;  ///< those that move along the curve, in sweep order: equal values make one point
    Statistic x, y;
    std::optional<ReachedValue> reached = {};
};

/// A series of the document, in document order.
struct SeriesInfo {
    std::string slug;         ///< "jpeg/optimise=false"
    std::string title;        ///< "JPEG · optimise=false"
    std::string branch;       ///< slug of the branch
    std::string branchTitle;  ///< "JPEG"
    std::size_t items = 0;    ///< items that each of its points should have; 0: as many as the study shows
    Evidence evidence = Evidence::Measured;
    std::string reaches = {};  ///< "jpeg.quality": the parameter that is found for each item; "" for most
};

/// What the bootstrap draws and BD compares pairwise.
struct Item {
    std::string asset;
    std::uint64_t seed = 0;

    auto operator<=>(const Item&) const = default;
};

/// One item at one point of a curve.
struct Sample {
    std::size_t item = 0;  ///< index into Curve::items
    Statistic x, y;
    std::optional<ReachedValue> reached = {};
};

/// A point of a mean curve: x and y pooled over the same items.
struct Point {
    double x = 0, y = 0;
    RowValues values;
    std::size_t n = 0;                     ///< items in x and y
    std::size_t expected = 0;              ///< items that should be
    std::size_t dropped = 0;               ///< items left out because x or y is infinite for them
    std::optional<ReachedValues> reached;  ///< over all its items
    std::optional<Interval> interval;      ///< of y, once withBands() has been asked for it (bootstrap.h)
    std::vector<Sample> samples;           ///< by item index; none in imported curves

    bool incomplete() const { return n + dropped < expected; }
};

/// A series against two axes.
struct Curve {
    std::string series, title;
    std::string branch, branchTitle;
    std::size_t branchIndex = 0;  ///< order of the branch in the document: its colour
    std::size_t seriesIndex = 0;  ///< order of the series in the document: its marker and dash
    Evidence evidence = Evidence::Measured;
    std::string citation;      ///< of imported curves: where the points come from
    std::string reaches = {};  ///< as SeriesInfo's
    std::string group = {};    ///< of the items that it is a part of the series with; "" for all
    Quantity x, y;
    std::vector<Item> items;    ///< sorted; none in imported curves
    std::vector<Point> points;  ///< by rising x, then y

    bool imported() const { return evidence == Evidence::Imported; }
};

/// Makes the curves, one for each series that has a measurement, in the order of `series`. The order of
/// `points` does not matter: items are summed in the order of their names. An item whose x or y is infinite
/// is left out of both means and counted; if that leaves none, the point stands with its infinite value.
/// Throws Error(Input) for an unknown series, for an item that appears twice in a point and for a statistic
/// without a value, naming them; Error(Usage) for several items of a metric that can't be pooled.
std::vector<Curve> makeCurves(const Quantity& x, const Quantity& y, std::span<const SeriesInfo> series,
                              std::span<const ItemPoint> points);

/// A point as BD, hull and Pareto front take it.
struct RatePoint {
    double rate = 0, quality = 0;

    bool operator==(const RatePoint&) const = default;
};

/// The points of the mean curve, also infinite ones.
std::vector<RatePoint> meanPoints(const Curve& curve);

/// The points of one item, by rising x; empty if it has none.
std::vector<RatePoint> itemPoints(const Curve& curve, std::size_t item);

/// Pools samples as makeCurves does; n, dropped, x, y and reached only. Throws Error(Input) for no samples.
Point pooledPoint(const Quantity& x, const Quantity& y, std::span<const Sample> samples);

/// The curve pooled anew over some of its items; points that none of them has are left out. `expected` stays.
Curve withItems(const Curve& curve, std::span<const Item> items);

/// The number of different assets.
std::size_t assetCount(const Curve& curve);

}  // namespace ratescope::curves
