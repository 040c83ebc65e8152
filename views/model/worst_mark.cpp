#include "views/model/worst_mark.h"

#include "views/theme/tokens.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPolygonF>

namespace ratescope::views {

void paintWorstMark(QPainter& painter, QPointF centre) {
    constexpr double half = worstMarkWidth / 2.0;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Token::Bad));
    painter.drawPolygon(QPolygonF{centre + QPointF(-half, -half + 1), centre + QPointF(half, -half + 1),
                                  centre + QPointF(0, half - 1)});
}

QString worstWords() {
    return QCoreApplication::translate("WorstMark", "loses most");
}

}  // namespace ratescope::views
