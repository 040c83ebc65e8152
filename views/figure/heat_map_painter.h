#pragma once

#include "core/curves/plot_spec.h"
#include "views/figure/figure_style.h"

#include <QRectF>

class QPainter;

namespace ratescope::views {

/// Room right of the box for the colour bar and its labels, in the units of page.h.
double colourBarWidth(const curves::HeatMap& map, const FigureStyle& style);

/// Cells in viridis over map.low … map.high, empty ones white, rows and columns named, colour bar at the right.
void paintHeatMap(QPainter& painter, const curves::HeatMap& map, const QRectF& box, const FigureStyle& style);

}  // namespace ratescope::views
