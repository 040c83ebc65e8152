#pragma once

// The mark by which a series or branch is known in lists, tables, nodes and captions: its marker in its colour.

#include "core/curves/series_style.h"
#include "views/theme/tokens.h"

#include <QPixmap>
#include <QPointF>

class QPainter;

namespace ratescope::views {

/// In the colour of the look; hollow ones are filled with the surface.
void paintSeriesMark(QPainter& painter, const curves::SeriesStyle& style, QPointF centre, double diameter,
                     bool hollow = false, Look look = currentLook());

/// The same alone, 16 × 16, for headers and lists.
QPixmap seriesMark(const curves::SeriesStyle& style);

/// A short piece of its line with the mark in the middle, as in a legend.
void paintSeriesLine(QPainter& painter, const curves::SeriesStyle& style, QPointF from, QPointF to);

}  // namespace ratescope::views
