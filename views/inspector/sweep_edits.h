#pragma once

// The document's sweeps with one thing changed, for graph::setSweeps: pure functions of the whole list.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "views/inspector/sweep_values.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::views {

using Sweeps = std::vector<graph::Sweep>;

/// Where a column stands.
struct SweepPlace {
    std::size_t sweep = 0, column = 0;

    bool operator==(const SweepPlace&) const = default;
};

/// Of the column with this node and parameter.
std::optional<SweepPlace> placeOf(const Sweeps& sweeps, const graph::SweepColumn& column);
/// Index of the reach of this parameter.
std::optional<std::size_t> reachOf(const graph::Document& document, const std::string& node,
                                   const std::string& parameter);
/// Down a column; rows that are too short are passed over.
Values valuesIn(const graph::Sweep& sweep, std::size_t column);

/// The list of one column; a new sweep where there is none of it.
Sweeps withValues(Sweeps sweeps, const graph::SweepColumn& column, const Values& values);
/// The column goes from its table, and the table with its last column.
Sweeps withoutColumn(Sweeps sweeps, const graph::SweepColumn& column);
/// Whether the column moves along the curve.
Sweeps withRole(Sweeps sweeps, SweepPlace place, std::optional<bool> movesAlongCurve);
/// One more column, `fill` in each row. If it is swept already, it leaves its table.
Sweeps withColumn(Sweeps sweeps, std::size_t sweep, const graph::SweepColumn& column,
                  const graph::ParameterValue& fill);
/// The last row once more, behind it.
Sweeps withRow(Sweeps sweeps, std::size_t sweep);
Sweeps withoutRows(Sweeps sweeps, std::size_t sweep, const std::vector<std::size_t>& rows);
Sweeps withCell(Sweeps sweeps, SweepPlace place, std::size_t row, const graph::ParameterValue& value);

/// Ready for a sweep of the parameters that read the variable: the first of them, with its node's slug; nothing where
/// none does.
std::optional<std::pair<std::string, const graph::Parameter*>> readerOf(const graph::Document& document,
                                                                        const graph::Catalogue& catalogue,
                                                                        const std::string& variable);
/// The parameter that a column sets, for a variable that of its first reader; nullptr where there is none.
const graph::Parameter* parameterOf(const graph::Document& document, const graph::Catalogue& catalogue,
                                    const graph::SweepColumn& column);
/// What the column does if it does not say so itself: of a variable, whether all that read it move along the curve.
bool movesByDefault(const graph::Document& document, const graph::Catalogue& catalogue,
                    const graph::SweepColumn& column);

}  // namespace ratescope::views
