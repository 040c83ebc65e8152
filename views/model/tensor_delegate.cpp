#include "views/model/tensor_delegate.h"

#include "views/model/histogram.h"
#include "views/model/tensor_model.h"
#include "views/model/worst_mark.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QPainter>

namespace ratescope::views {

void TensorDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    if (index.data(TensorModel::WorstRole).toBool()) {
        paintName(*painter, option, index);
        return;
    }
    FigureDelegate::paint(painter, option, index);
    const auto& model = *static_cast<const TensorModel*>(index.model());
    if (model.columnAt(index.column()) != TensorModel::Column::Spread) return;
    const TensorFacts* facts = model.factsAt(index.row());
    if (!facts) return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintHistogram(*painter, QRectF(option.rect).adjusted(measure::padding, 4, -measure::padding, -4), *facts,
                   area_);
    painter->restore();
}

/// The words stand at the right, and the name has what they leave.
void TensorDelegate::paintName(QPainter& painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const {
    const QString words = worstWords();
    const int width =
        option.fontMetrics.horizontalAdvance(words) + worstMarkWidth + measure::grid + measure::padding;
    QStyleOptionViewItem name = option;
    FigureDelegate::paintGround(painter, option, index);
    name.rect.setRight(option.rect.right() - width);
    FigureDelegate::paintContent(painter, name, index);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(option.font);
    QRectF place = option.rect;
    place.setLeft(name.rect.right());
    paintWorstMark(painter, {place.left() + worstMarkWidth / 2.0, place.center().y()});
    painter.setPen(colour(Token::Bad));
    painter.drawText(place.adjusted(worstMarkWidth + measure::grid, 0, -measure::padding, 0),
                     Qt::AlignVCenter | Qt::AlignLeft, words);
    painter.restore();
}

}  // namespace ratescope::views
