#pragma once

#include "core/curves/plot_spec.h"
#include "views/figure/figure_style.h"

#include <QRectF>
#include <vector>

class QPainter;

namespace ratescope::views {

/// What the table with its notes takes, in the units of page.h, at the style's page width.
QSizeF bdTableSize(const curves::BdTable& table, const FigureStyle& style);

/// The BD table below a plot: rules above, below the header and at the end; each row begins with its series' sample.
void paintBdTable(QPainter& painter, const curves::BdTable& table,
                  const std::vector<curves::PlotSeries>& series, const QRectF& place,
                  const FigureStyle& style);

}  // namespace ratescope::views
