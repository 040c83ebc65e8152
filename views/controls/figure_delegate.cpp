#include "views/controls/figure_delegate.h"

#include "views/controls/tabular.h"
#include "views/theme/tokens.h"

#include <QApplication>
#include <QPainter>

namespace ratescope::views {

void FigureDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    paintGround(*painter, option, index);
    paintContent(*painter, option, index);
}

void FigureDelegate::paintGround(QPainter& painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    QStyleOptionViewItem ground = option;
    initStyleOption(&ground, index);
    ground.text.clear();
    const QWidget* widget = option.widget;
    (widget ? widget->style() : QApplication::style())
        ->drawControl(QStyle::CE_ItemViewItem, &ground, &painter, widget);
}

void FigureDelegate::paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
    QStyleOptionViewItem content = option;
    initStyleOption(&content, index);
    painter.save();
    painter.setFont(content.font);
    painter.setPen(content.palette.color(QPalette::Text));
    QRectF place = QRectF(option.rect).adjusted(measure::padding, 0, -measure::padding, 0);
    const QVariant swatch = index.data(swatchRole);
    if (swatch.isValid()) {
        const QRectF square(place.left() + 0.5, place.center().y() - 5.5, 11, 11);
        painter.setPen(QPen(colour(Token::Muted), 1));
        painter.setBrush(swatch.value<QColor>());
        painter.drawRect(square);
        painter.setPen(content.palette.color(QPalette::Text));
        place.setLeft(square.right() + measure::padding);
    }
    const auto alignment = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt());
    if (alignment & Qt::AlignRight)
        drawTabular(painter, place, content.text, Qt::AlignRight);
    else
        painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                         content.fontMetrics.elidedText(content.text, content.textElideMode,
                                                        static_cast<int>(place.width())));
    painter.restore();
}

}  // namespace ratescope::views
