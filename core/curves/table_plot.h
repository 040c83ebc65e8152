#pragma once

// Figures of tables: results that are no point of a curve (matrices, histograms, per-layer rows).

#include "core/curves/plot_spec.h"

#include <string>
#include <variant>
#include <vector>

namespace ratescope::curves {

struct TableColumn {
    std::string name;
    std::string unit;
    std::variant<std::vector<double>, std::vector<std::string>> cells;
};

struct PlotTable {
    std::string title;
    std::vector<TableColumn> columns;  ///< of one length
};

/// Line and Scatter: the first column of numbers is x, each further one a series. Bars: the first column of
/// texts names the categories, each column of numbers is a series of bars. HeatMap: texts name the rows, each
/// column of numbers is a column; all share their unit. Cells that are not finite are left out and noted.
/// Throws Error(Input) for no rows, columns of different lengths, a missing column of the kind needed and
/// more than mostSeries series.
PlotSpec makeTablePlot(const PlotTable& table, PlotView view);

}  // namespace ratescope::curves
