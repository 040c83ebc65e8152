#pragma once

#include "core/curves/plot_spec.h"
#include "views/figure/figure_style.h"

#include <QRectF>

class QPainter;

namespace ratescope::views {

/// The legend in its corner of the plot's box: title, then line, marker and name of each series.
void paintLegend(QPainter& painter, const curves::PlotSpec& spec, const QRectF& box,
                 const FigureStyle& style);

/// A short piece of a series' line with its marker, its middle at `centre`.
void paintSample(QPainter& painter, const curves::SeriesStyle& series, QPointF centre,
                 const FigureStyle& style);
inline constexpr double samplePoints = 20;  ///< its length

}  // namespace ratescope::views
