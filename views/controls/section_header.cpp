#include "views/controls/section_header.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

namespace ratescope::views {

SectionHeader::SectionHeader(const QString& title, QWidget* parent)
    : QWidget(parent), title_(title), row_(new QHBoxLayout(this)) {
    setFixedHeight(measure::dockTitle);
    row_->setContentsMargins(measure::padding, 0, measure::grid, 0);
    row_->addStretch();
    setAccessibleName(title);
}

void SectionHeader::setDetail(const QString& detail, const std::optional<curves::SeriesStyle>& mark) {
    detail_ = detail;
    mark_ = mark;
    setAccessibleDescription(detail);
    setToolTip(detail);
    update();
}

void SectionHeader::addWidget(QWidget* widget) {
    row_->addWidget(widget);
}

void SectionHeader::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Raised));
    painter.fillRect(QRect(0, height() - 1, width(), 1), colour(Token::Line));
    const QRectF place = QRectF(rect()).adjusted(measure::padding, 0, -measure::padding, 0);
    painter.setFont(titleFont());
    painter.setPen(colour(Token::Text));
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft, title_);
    if (detail_.isEmpty()) return;
    const double title = QFontMetricsF(titleFont()).horizontalAdvance(title_) + measure::groupGap;
    painter.setFont(tableFont());
    if (!mark_) painter.setPen(colour(Token::Muted));
    const double room = place.width() - title - (mark_ ? 16 : 0);
    const QString shown = painter.fontMetrics().elidedText(detail_, Qt::ElideRight, static_cast<int>(room));
    drawTabular(painter, place, shown, Qt::AlignRight);
    if (mark_)
        paintSeriesMark(painter, *mark_,
                        {place.right() - tabularWidth(painter.font(), shown) - 10, place.center().y()}, 8);
}

void SectionHeader::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
