#pragma once

#include "core/curves/plot_spec.h"
#include "views/figure/figure_style.h"

#include <QRectF>
#include <QSizeF>
#include <optional>

class QPainter;

namespace ratescope::views {

/// How the legend stands: in a corner of the plot's box, a row for each series; or, where every corner would cover data
/// and none was chosen, above the box, in as many columns as fit.
struct LegendLayout {
    std::optional<curves::Corner> corner;  ///< none: above
    QSizeF size;
    int columns = 1;
    double columnWidth = 0;

    double above() const { return corner ? 0 : size.height(); }
};
/// `box` is the plot's without a legend above it.
LegendLayout layLegend(const curves::PlotSpec& spec, const QRectF& box, const FigureStyle& style);

/// Title, then line, marker and name of each series.
void paintLegend(QPainter& painter, const curves::PlotSpec& spec, const QRectF& box,
                 const LegendLayout& layout, const FigureStyle& style);

/// A short piece of a series' line with its marker, its middle at `centre`.
void paintSample(QPainter& painter, const curves::SeriesStyle& series, QPointF centre,
                 const FigureStyle& style);
inline constexpr double samplePoints = 20;  ///< its length

}  // namespace ratescope::views
