#pragma once

// The painter of figures: draws what a PlotSpec says, for PDF, SVG, PNG and the Figure tab alike.

#include "core/curves/plot_spec.h"
#include "views/figure/figure_style.h"

class QPainter;

namespace ratescope::views {

/// The height in millimetres that a BD table adds below the plot.
double tableHeight(const curves::BdTable& table, const FigureStyle& style);

/// Paints the figure on a white page of style.millimetres, in the units of page.h. With a BD table, the plot
/// takes what the table leaves.
/// Throws Error(Usage) when the page is too small for its texts.
void paintPlot(QPainter& painter, const curves::PlotSpec& spec, const FigureStyle& style);

}  // namespace ratescope::views
