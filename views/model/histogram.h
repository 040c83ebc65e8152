#pragma once

// How the values of a tensor are spread: the original as a line, what was made of it as an area.

#include "views/model/tensor_profile.h"

#include <QColor>
#include <QRectF>

class QPainter;

namespace ratescope::views {

/// Heights are roots of counts, so that tails are seen. `area` in the series' colour.
void paintHistogram(QPainter& painter, const QRectF& place, const TensorFacts& facts, const QColor& area);

}  // namespace ratescope::views
