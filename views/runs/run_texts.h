#pragma once

// What stands in the cells of the table of runs, and in their tool tips.

#include "views/controls/run_state.h"
#include "views/runs/run_columns.h"

namespace ratescope::views {

QString groupText(const store::ItemGroup& group, const RunColumn& column, store::GroupBy groupBy);
QString groupToolTip(const store::ItemGroup& group, const RunColumn& column, store::GroupBy groupBy);
/// A sum; nothing for what is not summed.
std::optional<double> groupValue(const store::ItemGroup& group, const RunColumn& column);
/// As one glyph tells it: failed before running before done.
RunState runStateOfGroup(const store::StateCounts& counts);

QString itemText(const store::ItemLine& line, const RunColumn& column);
QString itemToolTip(const store::ItemLine& line, const RunColumn& column);
std::optional<double> itemValue(const store::ItemLine& line, const RunColumn& column);

/// "quality 50 · effort 9": all swept values, by the parameters' own names.
QString sweptText(const store::ItemRow& row);
/// "JPEG · quality 50 · astronaut.png"
QString itemTitle(const store::ItemRow& row);
/// A number in the user's locale, everything else as it is.
QString valueText(const graph::ParameterValue& value);

}  // namespace ratescope::views
