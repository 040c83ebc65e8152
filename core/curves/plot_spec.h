#pragma once

// What a figure shows. The painter in views/figure, the pgfplots writer and the interactive panel draw what
// stands here and decide nothing of their own but geometry and fonts.

#include "core/curves/bd_table.h"
#include "core/curves/curve.h"
#include "core/curves/series_style.h"
#include "core/curves/ticks.h"

#include <optional>
#include <string>
#include <vector>

namespace ratescope::curves {

struct Axis {
    std::string title;  ///< with unit: "PSNR, RGB (dB)"
    Scale scale = Scale::Linear;
    Ticks ticks;                          ///< with the limits
    std::optional<graph::Better> better;  ///< for an arrow where one is wanted
};

struct PlotPoint {
    double x = 0, y = 0;
    std::optional<Interval> interval;  ///< of y
    bool incomplete = false;           ///< items still missing: hollow marker
    std::size_t n = 0;
    std::string label;  ///< "quality=75": tool tip, table
};

/// A corner of the polygon around a curve's intervals.
struct BandPoint {
    double x = 0, low = 0, high = 0;
};

enum class SeriesRole { Anchor, Own, Imported };

struct PlotSeries {
    std::string series;  ///< slug
    std::string title;   ///< in the legend
    SeriesRole role = SeriesRole::Own;
    SeriesStyle style;
    std::vector<PlotPoint> points;  ///< markers, by rising x; for bars x is the index of the category
    std::vector<RatePoint> line;    ///< polyline, in drawing order; empty for none
    std::vector<BandPoint> band;    ///< by rising x; empty for none
};

enum class Corner { TopLeft, TopRight, BottomLeft, BottomRight };

struct Legend {
    bool shown = true;
    std::string title;  ///< "Kodak, n = 24"
    Corner corner = Corner::BottomRight;
    bool isChosen = false;  ///< the corner: it stands there whatever it covers
};

/// A matrix of values; rows from the top. NaN is an empty cell.
struct HeatMap {
    std::vector<std::string> rows, columns;
    std::vector<double> values;  ///< row by row
    std::string unit;
    double low = 0, high = 1;  ///< range of the colour scale
};

enum class PlotView { Line, Scatter, Bars, HeatMap };

struct PlotSpec {
    PlotView view = PlotView::Line;
    std::string title;  ///< above the plot; usually empty
    Axis x, y;
    std::vector<PlotSeries> series;       ///< the anchor first, imported ones last
    std::vector<std::string> categories;  ///< of bars, along x
    std::optional<HeatMap> heatMap;
    Legend legend;
    bool grid = true;
    std::optional<BdTable> bdTable;  ///< below the plot
    std::string caption;             ///< goes beside the file, not into the picture
    std::vector<std::string> notes;  ///< what was left out or drawn otherwise; shown, and part of the caption
};

/// "line", "scatter", "bars", "heat-map".
const char* toText(PlotView view);

}  // namespace ratescope::curves
