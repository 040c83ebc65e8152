#include "views/runs/runs_header.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>

namespace ratescope::views {
namespace {

constexpr int triangleWidth = 10;

QFont headerFont() {
    QFont font = tableFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

void paintTriangle(QPainter& painter, QPointF centre, bool descending) {
    const double sign = descending ? 1 : -1;
    QPainterPath triangle;
    triangle.moveTo(centre + QPointF(-3.5, -2 * sign));
    triangle.lineTo(centre + QPointF(3.5, -2 * sign));
    triangle.lineTo(centre + QPointF(0, 2.5 * sign));
    triangle.closeSubpath();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillPath(triangle, colour(Token::Accent));
}

}  // namespace

RunsHeader::RunsHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setSectionsClickable(true);
    setSectionsMovable(true);
    setFixedHeight(measure::row);
    setMinimumSectionSize(40);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setAccessibleName(tr("Columns of the runs"));
}

QSize RunsHeader::sectionSizeFromContents(int section) const {
    const QString text = model()->headerData(section, orientation(), Qt::DisplayRole).toString();
    return {QFontMetrics(headerFont()).horizontalAdvance(text) + 2 * measure::padding + triangleWidth,
            measure::row};
}

void RunsHeader::paintSection(QPainter* painter, const QRect& place, int section) const {
    painter->save();
    painter->fillRect(place, colour(Token::Surface));
    painter->setPen(colour(Token::Line));
    painter->drawLine(place.bottomLeft(), place.bottomRight());
    painter->drawLine(place.topRight(), place.bottomRight());
    QRect rest = place.adjusted(measure::padding, 0, -measure::padding, -1);
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(section, orientation(), Qt::TextAlignmentRole).toInt());
    if (isSortIndicatorShown() && sortIndicatorSection() == section) {
        const bool isRight = alignment & Qt::AlignRight;
        const double x = isRight ? rest.left() + 3 : rest.right() - 3;
        paintTriangle(*painter, QPointF(x, rest.center().y() + 0.5),
                      sortIndicatorOrder() == Qt::DescendingOrder);
        isRight ? rest.adjust(triangleWidth, 0, 0, 0) : rest.adjust(0, 0, -triangleWidth, 0);
    }
    painter->setFont(headerFont());
    painter->setPen(colour(Token::Text));
    const QString text = model()->headerData(section, orientation(), Qt::DisplayRole).toString();
    painter->drawText(rest, static_cast<int>(alignment),
                      QFontMetrics(headerFont()).elidedText(text, Qt::ElideRight, rest.width()));
    painter->restore();
}

}  // namespace ratescope::views
