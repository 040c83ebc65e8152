#include "views/curves/point_strip.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QEvent>
#include <QFontMetrics>
#include <QPainter>
#include <QPushButton>

namespace ratescope::views {
namespace {

constexpr int line = 26, top = 4, markWidth = 22;

}  // namespace

PointStrip::PointStrip(QWidget* parent)
    : QWidget(parent), open_(new QPushButton(tr("Open reconstruction"), this)) {
    setObjectName("pointStrip");
    open_->setObjectName("openReconstruction");
    open_->setToolTip(tr("Show the item of worst quality beside its original"));
    connect(open_, &QPushButton::clicked, this, &PointStrip::openAsked);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    clear();
}

void PointStrip::describe(const curves::SeriesStyle& style, const QString& title, const QString& values,
                          const QString& sample, bool opens) {
    style_ = style;
    title_ = title;
    values_ = values;
    sample_ = sample;
    open_->setVisible(opens);
    setAccessibleName(title + ", " + values + ", " + sample);
    setToolTip(title + "\n" + values + "\n" + sample);
    place();
    update();
}

void PointStrip::clear() {
    style_.reset();
    title_.clear();
    values_.clear();
    sample_ = tr("Click a point to see what it stands for.");
    setAccessibleName(sample_);
    setToolTip({});
    open_->hide();
    update();
}

QSize PointStrip::sizeHint() const {
    return {300, 2 * line + 2 * top};
}

QSize PointStrip::minimumSizeHint() const {
    return {open_->sizeHint().width() + 2 * measure::padding, 2 * line + 2 * top};
}

void PointStrip::place() {
    const QSize size = open_->sizeHint();
    open_->setGeometry(width() - measure::padding - size.width(), top + line + (line - measure::field) / 2,
                       size.width(), measure::field);
}

void PointStrip::resizeEvent(QResizeEvent*) {
    place();
}

bool PointStrip::event(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        place();
        update();
    }
    return QWidget::event(event);
}

void PointStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(colour(Token::Line));
    painter.drawLine(0, 0, width(), 0);
    const int left = measure::padding, right = width() - measure::padding;
    const auto text = [&](QRect place, const QString& words) {
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(words, Qt::ElideRight, place.width()));
    };
    int values = 0;
    if (style_) {
        paintSeriesMark(painter, *style_, {left + 6.0, top + line / 2.0}, 8);
        painter.setFont(tableFont());
        painter.setPen(colour(Token::Text));
        values = static_cast<int>(tabularWidth(painter.font(), values_)) + measure::padding;
        drawTabular(painter, QRectF(right - values, top, values, line), values_);
        painter.setFont(titleFont());
        text({left + markWidth, top, right - values - left - markWidth, line}, title_);
    }
    painter.setFont(tableFont());
    painter.setPen(colour(Token::Muted));
    const int end = open_->isHidden() ? right : open_->geometry().left() - measure::padding;
    text({left, top + (style_ ? line : line / 2), end - left, line}, sample_);
}

}  // namespace ratescope::views
