#include "views/model/histogram.h"

#include "views/theme/mixed.h"
#include "views/theme/tokens.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// The upper edge of the bins, from left to right.
QPolygonF outlineOf(const Histogram& counts, const QRectF& place, double most) {
    QPolygonF outline;
    const double width = place.width() / static_cast<double>(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double height = most > 0 ? std::sqrt(counts[i] / most) * place.height() : 0;
        const double left = place.left() + width * static_cast<double>(i);
        outline << QPointF(left, place.bottom() - height) << QPointF(left + width, place.bottom() - height);
    }
    return outline;
}

}  // namespace

void paintHistogram(QPainter& painter, const QRectF& place, const TensorFacts& facts, const QColor& area) {
    // Few levels hold many values each: they must not flatten the original.
    const double most = *std::max_element(facts.reference.begin(), facts.reference.end());
    painter.save();
    painter.setClipRect(place.adjusted(0, -1, 0, 1), Qt::IntersectClip);
    QPolygonF filled = outlineOf(facts.candidate, place, most);
    filled << place.bottomRight() << place.bottomLeft();
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(colour(Token::Surface), area, 0.45));
    painter.drawPolygon(filled);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour(Token::Text), 1));
    painter.drawPolyline(outlineOf(facts.reference, place, most));
    painter.restore();
}

}  // namespace ratescope::views
