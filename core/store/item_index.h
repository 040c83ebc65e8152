#pragma once

// Which items a list shows and in which order, for a study of any size: read in one pass, so that a list can jump to
// any place without the pages in between. What a row shows is read by id, a screenful at a time.

#include "core/store/query.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::store {

struct IndexFilter {
    std::optional<State> state;
    std::optional<std::string> series;  ///< slug
    /// Each of its words is a part of the item's asset, of its series' slug or title, or of its swept values, whatever
    /// the case of ASCII letters.
    std::string text;
};

/// Rows without a value come last in both directions; equal ones stand in the planned order.
struct IndexOrder {
    ItemOrder column = ItemOrder::Planned;
    /// In place of `column`: an id of metricsOf or ratesOf, "time-encode" or "time-decode".
    std::string quantity;
    bool descending = false;

    bool operator==(const IndexOrder&) const = default;
};

enum class GroupBy { None, Branch, Asset };

struct IndexedItem {
    ItemId id = 0;
    std::uint32_t series = 0;  ///< index into ItemIndex::series
    State state = State::Pending;
    std::int64_t touched = 0;  ///< ms since the epoch at which it ended, else began; 0 for neither
};

struct ItemGroup {
    std::string key, title;  ///< branch's slug and title; the asset twice; "" for the one group of None
    std::vector<IndexedItem> items;
    // Of all items of the group that pass the filter but for its state.
    StateCounts counts;
    std::int64_t assets = 0;                      ///< different ones
    double encodeSeconds = 0, decodeSeconds = 0;  ///< sums over those that have ended
    std::optional<std::uint64_t> bytes;           ///< sum; nothing while no item has a stream
    graph::ParameterValue from = false,
                          to = false;  ///< of a branch: first swept column of its first and last planned item
    bool isSwept = false;              ///< `from` and `to` hold
};

struct ItemIndex {
    struct Series {
        std::string branch, branchTitle, series, seriesTitle;
    };
    std::vector<Series> series;     ///< in document order
    std::vector<ItemGroup> groups;  ///< those with items: branches in document order, assets in planned order
    StateCounts counts;             ///< of the study, whatever the filter
};

/// The items that the document asks for, those that run as interrupted where nobody holds the library. Throws
/// Error(Usage) for an unknown quantity.
ItemIndex itemIndex(const Library& library, StudyId study, const IndexFilter& filter, const IndexOrder& order,
                    GroupBy groupBy);

/// A row with the values of the quantities that were asked for.
struct ItemLine {
    ItemRow row;
    std::vector<std::optional<double>> quantities;
};

/// In the order of `ids`; those that are gone are left out. Quantities as in IndexOrder: what v_points says. One that
/// the study does not have (yet) has no value.
std::vector<ItemLine> itemLines(const Library& library, StudyId study, std::span<const ItemId> ids,
                                const std::vector<std::string>& quantities);

}  // namespace ratescope::store
