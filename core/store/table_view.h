#pragma once

// Tables of a study as they are shown: those that declare a view.

#include "core/curves/table_plot.h"
#include "core/store/records.h"

#include <optional>

namespace ratescope::store {

struct TableShown {
    curves::PlotTable table;  ///< titled "NODE: NAME"
    curves::PlotView view = curves::PlotView::Line;
};

/// The table and the view that its schema line declares; nothing where it declares none. Throws Error(Library) for a
/// schema line that can't be read, and as curves::parseCsv.
std::optional<TableShown> shownTable(const TableRecord& record);

}  // namespace ratescope::store
