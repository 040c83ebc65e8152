#pragma once

// The rows of the table of runs as they stand: read in the reader's thread with all that costs time, so that the
// window only takes them over.

#include "core/store/item_index.h"
#include "views/runs/run_columns.h"
#include "views/session/results.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

/// What the user asks to see.
struct RunsChoice {
    store::GroupBy groupBy = store::GroupBy::Branch;
    store::IndexFilter filter;
    store::IndexOrder order;
    bool latestOnly = false;  ///< of each group those that moved last
};

inline constexpr std::size_t latestCount = 3;

struct RunRow {
    std::int64_t key = 0;  ///< the item's id; negative for the row of a group
    std::uint32_t group = 0, series = 0;
    store::State state = store::State::Pending;

    bool isGroup() const { return key < 0; }
};

struct RunsSnapshot {
    bool hasStudy = false;
    std::string study;  ///< name
    store::ItemIndex index;
    RunQuantities quantities;
    std::vector<std::int64_t> groupKeys;

    /// Rows of `group` below its own.
    std::vector<RunRow> rowsOf(std::uint32_t group) const;
};

/// Which rows come and go between two states: `added` at the end first, then all into order with `vanished` at the
/// end, then these away.
struct RowChange {
    std::vector<RunRow> added, vanished;
    bool isReordered = false;  ///< the second step is needed
    bool isSame() const { return added.empty() && vanished.empty() && !isReordered; }
};

struct FreshRows {
    std::shared_ptr<const RunsSnapshot> snapshot;
    std::vector<RunRow> rows;
    RowChange change;
    std::int64_t milliseconds = 0;  ///< that reading took
};

/// `open`: keys of the groups whose items show. `pinned`: an item that is shown in any case, 0 for none. `before`:
/// the rows that are shown now.
FreshRows readRows(const OpenLibrary& library, const RunsChoice& choice, const std::set<std::string>& open,
                   store::ItemId pinned, const std::vector<RunRow>& before);

RowChange changeOf(const std::vector<RunRow>& before, const std::vector<RunRow>& after);

}  // namespace ratescope::views
