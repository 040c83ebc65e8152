#pragma once

// Paints the series of a PlotSpec over the axes: bands, lines, markers. Many markers are stamped from a picture of one,
// many corners of a line thinned to what pixels can show: 10,000 points in a few milliseconds.

#include "core/curves/plot_spec.h"
#include "views/curves/plot_map.h"

#include <QPainter>
#include <set>
#include <string>

namespace ratescope::views {

inline constexpr double markerDiameter = 7, seriesLine = 1.75, bandOpacity = 0.12;
/// Above it a series' markers are stamped at whole pixels.
inline constexpr std::size_t fewPoints = 1000;

/// Bands of all series, then lines, then markers, clipped to the map's area; series whose slug is in `faded` stand
/// back.
void paintSeries(QPainter& painter, const curves::PlotSpec& spec, const PlotMap& map,
                 const std::set<std::string>& faded);

/// The legend inside the area, in the spec's corner.
void paintLegendInside(QPainter& painter, const curves::PlotSpec& spec, const QRectF& area);

}  // namespace ratescope::views
