#pragma once

// How the layer that loses most is marked: a shape, words and a colour.

#include <QPointF>
#include <QString>

class QPainter;

namespace ratescope::views {

inline constexpr int worstMarkWidth = 10;

/// A triangle that points down, around this place.
void paintWorstMark(QPainter& painter, QPointF centre);
/// "loses most".
QString worstWords();

}  // namespace ratescope::views
