#include "views/compare/figure_delegate.h"

#include "views/controls/tabular.h"
#include "views/theme/tokens.h"

#include <QApplication>
#include <QPainter>

namespace ratescope::views {

void FigureDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    QStyleOptionViewItem ground = option;
    initStyleOption(&ground, index);
    const QString text = ground.text;
    ground.text.clear();
    const QWidget* widget = option.widget;
    (widget ? widget->style() : QApplication::style())
        ->drawControl(QStyle::CE_ItemViewItem, &ground, painter, widget);
    painter->save();
    painter->setFont(ground.font);
    painter->setPen(ground.palette.color(QPalette::Text));
    QRectF place = QRectF(option.rect).adjusted(measure::padding, 0, -measure::padding, 0);
    const QVariant swatch = index.data(swatchRole);
    if (swatch.isValid()) {
        const QRectF square(place.left() + 0.5, place.center().y() - 5.5, 11, 11);
        painter->setPen(QPen(colour(Token::Muted), 1));
        painter->setBrush(swatch.value<QColor>());
        painter->drawRect(square);
        painter->setPen(ground.palette.color(QPalette::Text));
        place.setLeft(square.right() + measure::padding);
    }
    const auto alignment = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt());
    if (alignment & Qt::AlignRight)
        drawTabular(*painter, place, text, Qt::AlignRight);
    else
        painter->drawText(
            place, Qt::AlignVCenter | Qt::AlignLeft,
            ground.fontMetrics.elidedText(text, Qt::ElideRight, static_cast<int>(place.width())));
    painter->restore();
}

}  // namespace ratescope::views
