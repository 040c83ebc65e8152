#pragma once

// Text on a figure, placed by its box.

#include "views/figure/page.h"
#include "views/figure/qt_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QString>

namespace ratescope::views {

inline double widthOf(const QString& text, const QFont& font) {
    return QFontMetricsF(font).horizontalAdvance(text);
}

/// Draws text so that the point is at its left, centre or right, on the middle of its x-height.
inline void paintText(QPainter& painter, QPointF place, Qt::AlignmentFlag side, const QString& text,
                      const QFont& font) {
    const QFontMetricsF metrics(font);
    double x = place.x();
    if (side == Qt::AlignHCenter) x -= metrics.horizontalAdvance(text) / 2;
    if (side == Qt::AlignRight) x -= metrics.horizontalAdvance(text);
    painter.setFont(font);
    painter.drawText(QPointF(x, place.y() + metrics.capHeight() / 2), text);
}

}  // namespace ratescope::views
