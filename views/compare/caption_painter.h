#pragma once

#include "views/compare/picture_cell.h"

#include <QRectF>

class QPainter;

namespace ratescope::views {

/// Mark, title and detail at the left, figures at the right; figures that do not fit are left out from the last one on,
/// but for the first.
void paintCaption(QPainter& painter, const QRectF& place, const CaptionText& caption);

/// All of it, as one line.
QString captionText(const CaptionText& caption);

}  // namespace ratescope::views
