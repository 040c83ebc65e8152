#pragma once

// What is read from a library: pages of items, one item with all that belongs to it, and the points of
// curves. All of it also from a library that another process writes: each call sees one committed state.

#include "core/curves/curve.h"
#include "core/store/library.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ratescope::store {

// --- items -------------------------------------------------------------------------------------------------

/// Columns by which items can be paged. Planned: the order of the document. Series: together, in the order in
/// which the study first had them. Rows without a value (not finished yet) come last in both directions; equal
/// ones stand in the order of their ids (descending in a descending page).
enum class ItemOrder { Planned, State, Series, Asset, Seed, Bytes, EncodeSeconds, Ended };

struct ItemFilter {
    std::optional<State> state;
    std::optional<std::string> series;  ///< slug
    std::optional<std::string> asset;
    bool orphaned = false;  ///< the rows that the document no longer asks for, instead of those it asks for
};

/// Where a page ended: value of the column that orders it (nothing for none) and the row's id.
struct PageKey {
    std::variant<std::monostate, std::int64_t, double, std::string> value;
    ItemId item = 0;
};

struct ItemRow {
    ItemId id = 0;
    std::string branch, branchTitle, series, seriesTitle;  ///< slugs and titles
    std::string asset;
    std::vector<std::pair<std::string, graph::ParameterValue>> values;  ///< swept columns
    std::uint64_t seed = 0;
    State state = State::Pending;
    bool orphaned = false;
    std::string reason;                                      ///< of a failure: what happened
    std::optional<std::uint64_t> bytes, bits, searchedBits;  ///< nothing while there is no stream
    std::optional<double> encodeSeconds, decodeSeconds;  ///< these and the rest: nothing until it has ended
    bool timed = false;
    std::optional<std::uint64_t> peakMemory;
    std::optional<std::int64_t> started, ended;  ///< ms since the epoch
    std::string notes;
    std::optional<ReachRecord> reached;  ///< of an item that was to reach something, once it has
};

struct ItemsPage {
    std::vector<ItemRow> rows;
    std::optional<PageKey>
        next;  ///< what to give as `after` for the page that follows; nothing after the last
};

/// At most `limit` items of the study that pass the filter, in order, from behind `after`. Its time does not
/// depend on how far behind the first page it is. Throws Error(Usage) if `after` is of another column.
ItemsPage itemsPage(const Library& library, StudyId study, const ItemFilter& filter, ItemOrder order,
                    bool descending, const std::optional<PageKey>& after, std::size_t limit);

/// One item. Throws Error(Usage) for an unknown id, as the following do.
ItemRow item(const Library& library, ItemId id);

/// The finished items of a point of a curve, by asset and seed, at most `limit`: those of the series whose swept
/// values hold these. Empty for a series that the study does not have.
std::vector<ItemRow> itemsOfPoint(const Library& library, StudyId study, const std::string& series,
                                  const curves::RowValues& values, std::size_t limit);

struct ScoreRow {
    graph::Metric metric;
    double value = 0;  ///< finished
    double s0 = 0, s1 = 0;
};

struct MeasurementRow {
    MeasurementId id = 0;
    std::string node;  ///< slug of the measure
    State state = State::Pending;
    bool orphaned = false;
    std::optional<Failure> failure;
    std::map<std::string, std::uint64_t> counts;
    std::vector<ScoreRow> scores;
    std::optional<Hash> samples;  ///< artefact: CSV
    std::optional<double> seconds;
};

std::vector<MeasurementRow> measurementsOf(const Library& library, ItemId item);
/// The streams that make the item's bits, outermost last, with their named parts.
std::vector<StreamRecord> streamsOf(const Library& library, ItemId item);
/// The tables that the tasks of its streams, its candidate and its measurements have reported, by node and name;
/// `node` is the one that a task was first asked for.
std::vector<TableRecord> tablesOf(const Library& library, ItemId item);
std::optional<Failure> failureOf(const Library& library, ItemId item);
/// Where and how the item was made; nothing until it has ended.
std::optional<Environment> environmentOf(const Library& library, ItemId item);
/// Those of all items that the document asks for and that have ended, each once.
std::vector<Environment> environmentsOf(const Library& library, StudyId study);

/// How far the items of one branch have come that the document asks for.
struct BranchCounts {
    std::string branch;  ///< slug
    StateCounts items;
    std::string reason;  ///< of the first that failed; "" for none
};

/// Of every branch with items, in document order. Reads an index: some 20 ms for 200,000 items.
std::vector<BranchCounts> countsByBranch(const Library& library, StudyId study);

/// The measurements of one measure that failed.
struct FailedMeasure {
    std::string node;  ///< slug
    std::int64_t failed = 0;
    std::string reason;  ///< of the first
};

std::vector<FailedMeasure> failedMeasures(const Library& library, StudyId study);

// --- curves ------------------------------------------------------------------------------------------------

/// A measured metric of a study; `id` is the metric's, or NODE:METRIC where several measures have it.
struct StudyMetric {
    std::string id;
    std::string node;
    graph::Metric metric;
};

/// The metrics of the measures that the document has now, in its order.
std::vector<StudyMetric> metricsOf(const Library& library, StudyId study);

/// The ids of the rates that finished items of the study have: "bpp", …; "bpp@NODE" for each measure where
/// the counts of measures differ; at last "bytes" and "bits".
std::vector<std::string> ratesOf(const Library& library, StudyId study);

/// The series of the study in document order; `items`: the greatest number of items of one of its points.
std::vector<curves::SeriesInfo> seriesOf(const Library& library, StudyId study);

/// What curves::makeCurves takes.
struct CurveData {
    curves::Quantity x, y;
    std::vector<curves::SeriesInfo> series;
    std::vector<curves::ItemPoint> points;
};

/// The finished items for two axes, by series and point, then by asset and seed. Ids are those of metricsOf
/// and ratesOf, NODE:METRIC and RATE@NODE also where the short id is clear, swept columns
/// ("jpeg.quality") whose values are numbers, "time-encode" and "time-decode" (seconds). An empty `x` takes
/// the first rate that the measure of y has a count for, else bytes. Items that lack one of the two are
/// left out. Throws Error(Usage) for an unknown or ambiguous id, listing what there is.
CurveData curvePoints(const Library& library, StudyId study, const std::string& y, const std::string& x);

/// The mean curves of the same, without their items, samples and what these have reached: bit for bit the points that
/// curves::makeCurves makes of curvePoints, in a time that depends on the number of points, not of items,
/// when y is a metric and x a rate with counts of the same measure, a parameter or a time. `expected` counts
/// the items that the document has at the point.
std::vector<curves::Curve> meanCurves(const Library& library, StudyId study, const std::string& y,
                                      const std::string& x);

/// Brings the kept sums of changed points up to date, for at most `budget`; reading is right without it, but
/// slower for large points that changed. For a writer that is idle. Returns false if some are left.
bool refreshSummaries(Library& library, std::chrono::milliseconds budget);

}  // namespace ratescope::store
