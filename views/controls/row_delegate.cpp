#include "views/controls/row_delegate.h"

#include "views/controls/tabular.h"
#include "views/theme/style.h"

#include <QApplication>
#include <QIcon>
#include <QPainter>

namespace ratescope::views {
namespace {

/// Paints it at the left of the place and takes its room away.
void paintDecoration(QPainter& painter, const QVariant& decoration, bool enabled, QRect& place) {
    QRect square = place;
    if (decoration.userType() == QMetaType::QPixmap) {
        const auto pixmap = decoration.value<QPixmap>();
        const QSize size = pixmap.deviceIndependentSize().toSize();
        square.setSize(size);
        square.moveTop(place.top() + (place.height() - size.height()) / 2);
        painter.drawPixmap(square, pixmap);
    } else if (const auto icon = decoration.value<QIcon>(); !icon.isNull()) {
        square.setSize({measure::icon, measure::icon});
        square.moveTop(place.top() + (place.height() - measure::icon) / 2);
        icon.paint(&painter, square, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    } else {
        return;
    }
    place.setLeft(square.right() + 1 + measure::padding);
}

/// At most half of the place, so that a long detail leaves the name readable.
void paintDetail(QPainter& painter, const QString& detail, QRect& place) {
    if (detail.isEmpty()) return;
    painter.setFont(tableFont());
    painter.setPen(colour(Token::Muted));
    const QString shown = painter.fontMetrics().elidedText(detail, Qt::ElideRight, place.width() * 11 / 20);
    drawTabular(painter, place, shown);
    place.setRight(place.right() - static_cast<int>(tabularWidth(painter.font(), shown)) - measure::padding);
}

}  // namespace

RowDelegate::RowDelegate(QObject* parent, int height, int outdent)
    : QStyledItemDelegate(parent), height_(height), outdent_(outdent) {}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    QStyleOptionViewItem row = option;
    initStyleOption(&row, index);
    const QStyle* style = row.widget ? row.widget->style() : QApplication::style();
    painter->save();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &row, painter, row.widget);
    QRect place = row.rect.adjusted(measure::padding, 0, -measure::padding, 0);
    if (index.parent().isValid()) place.setLeft(place.left() - outdent_);
    const bool enabled = row.state & QStyle::State_Enabled;
    paintDecoration(*painter, index.data(Qt::DecorationRole), enabled, place);
    paintDetail(*painter, index.data(DetailRole).toString(), place);
    painter->setFont(index.data(TitleRole).toBool() ? titleFont() : row.font);
    QColor ink = colour(index.data(MutedRole).toBool() || !enabled ? Token::Muted : Token::Text);
    if (!enabled) ink.setAlphaF(0.7f);
    painter->setPen(ink);
    const QString name = index.data(Qt::DisplayRole).toString();
    painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(name, Qt::ElideRight, place.width()));
    if (row.state & QStyle::State_HasFocus) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(row);
        style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, row.widget);
    }
    painter->restore();
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {measure::formRow, std::max(height_, QStyledItemDelegate::sizeHint(option, index).height())};
}

}  // namespace ratescope::views
