#include "views/model/tensor_view.h"

#include "views/controls/tabular.h"
#include "views/model/histogram.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QEvent>
#include <QPainter>

namespace ratescope::views {
namespace {

constexpr int lineHeight = 20;

}  // namespace

TensorView::TensorView(QWidget* parent) : QWidget(parent) {
    setObjectName("model.tensor");
    setAccessibleName(tr("Values of the tensor"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
}

void TensorView::setRow(const std::optional<TensorRow>& row) {
    row_ = row;
    const TensorFacts* shown = facts();
    setAccessibleDescription(!row_   ? QString()
                             : shown ? tr("%1: values from %2 to %3, largest error %4")
                                           .arg(row_->name, significantText(shown->low, 3),
                                                significantText(shown->high, 3),
                                                significantText(shown->largestError, 3))
                                     : row_->name);
    setToolTip(accessibleDescription());
    update();
}

void TensorView::setAreaColour(const QColor& area) {
    area_ = area;
    update();
}

void TensorView::setWhyNoValues(const QString& text) {
    if (text == whyNoValues_) return;
    whyNoValues_ = text;
    update();
}

const TensorFacts* TensorView::facts() const {
    if (!row_) return nullptr;
    return (row_->a.facts ? row_->a.facts : row_->b.facts).get();
}

void TensorView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Surface));
    painter.setFont(tableFont());
    const QRectF place =
        QRectF(rect()).adjusted(measure::padding, measure::padding, -measure::padding, -measure::padding);
    painter.setPen(colour(Token::Text));
    const QString name = row_ ? row_->name : QString();
    painter.drawText(
        QRectF(place.left(), place.top(), place.width(), lineHeight), Qt::AlignVCenter,
        painter.fontMetrics().elidedText(name, Qt::ElideMiddle, static_cast<int>(place.width())));
    const TensorFacts* shown = facts();
    if (!shown) {
        painter.setPen(colour(Token::Muted));
        painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap,
                         row_ ? whyNoValues_ : tr("Choose a tensor to see its values."));
        return;
    }
    const QRectF plot = place.adjusted(0, lineHeight + measure::grid, 0, -2 * lineHeight);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHistogram(painter, plot, *shown, area_);
    paintEnds(painter, plot, *shown);
    paintLegend(painter, QRectF(place.left(), place.bottom() - lineHeight, place.width(), lineHeight));
}

void TensorView::paintEnds(QPainter& painter, const QRectF& plot, const TensorFacts& facts) const {
    painter.setPen(QPen(colour(Token::Line), 1));
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    painter.setPen(colour(Token::Muted));
    const QRectF row(plot.left(), plot.bottom(), plot.width(), lineHeight);
    drawTabular(painter, row, significantText(facts.low, 3), Qt::AlignLeft);
    drawTabular(painter, row, significantText(facts.high, 3), Qt::AlignRight);
}

void TensorView::paintLegend(QPainter& painter, const QRectF& place) const {
    const QString original = tr("original"), made = tr("as compressed");
    constexpr double sample = 16;
    double x = place.left();
    painter.setPen(QPen(colour(Token::Text), 1));
    painter.drawLine(QPointF(x, place.center().y()), QPointF(x + sample, place.center().y()));
    x += sample + measure::grid;
    painter.setPen(colour(Token::Muted));
    painter.drawText(QRectF(x, place.top(), place.right() - x, place.height()), Qt::AlignVCenter, original);
    x += painter.fontMetrics().horizontalAdvance(original) + 2 * measure::padding;
    QColor ground = area_;
    ground.setAlphaF(0.45f);
    painter.fillRect(QRectF(x, place.center().y() - 5, sample, 10), ground);
    x += sample + measure::grid;
    painter.drawText(QRectF(x, place.top(), place.right() - x, place.height()), Qt::AlignVCenter, made);
}

void TensorView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
