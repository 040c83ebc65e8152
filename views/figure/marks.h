#pragma once

// Lines, bands and markers, clipped before they are painted, so that a file holds no geometry outside its plot.

#include "core/curves/series_style.h"

#include <QColor>
#include <QPen>
#include <QPolygonF>
#include <QRectF>
#include <vector>

class QPainter;

namespace ratescope::views {

QColor colourOf(const curves::Colour& colour);

/// The parts of a polyline that lie within the box (Liang and Barsky 1984).
std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& box);

/// A polygon cut to the box (Sutherland and Hodgman 1974).
QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& box);

/// The pen of a series: its colour and dash, flat ends, so that dashes keep their length.
QPen penOf(const curves::SeriesStyle& style, double width);

/// A marker of the given diameter; hollow ones are filled with the ground.
void paintMarker(QPainter& painter, const curves::SeriesStyle& style, QPointF centre, double diameter,
                 double line, bool hollow, const QColor& ground = Qt::white);

/// The viridis map (van der Walt and Smith 2015) at 0 … 1, by linear interpolation between its nodes.
QColor viridis(double position);

}  // namespace ratescope::views
