#include "views/inspector/value_slider.h"

#include "views/theme/tokens.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

namespace ratescope::views {
namespace {

constexpr double radius = 5.5, tickGap = 8, tickLength = 3;
constexpr int steps = 200;  ///< that a pointer tells apart

double withDigits(double value, double step) {
    const double unit = std::pow(10, std::floor(std::log10(step)));
    return QString::number(std::round(value / unit) * unit, 'g', 12).toDouble();
}

}  // namespace

double SliderScale::placeOf(double value) const {
    const double inside = std::clamp(value, low, high);
    if (!(high > low)) return 0;
    return logScale ? std::log(inside / low) / std::log(high / low) : (inside - low) / (high - low);
}

double SliderScale::valueAt(double place) const {
    if (place <= 0) return low;
    if (place >= 1) return high;
    double value = logScale ? low * std::pow(high / low, place) : low + place * (high - low);
    if (integers) return std::clamp(std::round(value), low, high);
    const double step = logScale ? value * std::log(high / low) / steps : (high - low) / steps;
    return std::clamp(withDigits(value, step), low, high);
}

ValueSlider::ValueSlider(const SliderScale& scale, QWidget* parent) : QWidget(parent), scale_(scale) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ValueSlider::setValues(std::vector<double> values) {
    if (values == values_) return;
    values_ = std::move(values);
    active_ = std::min(active_, values_.size() - 1);
    announce();
    update();
}

void ValueSlider::setTicks(std::vector<double> ticks) {
    if (ticks == ticks_) return;
    ticks_ = std::move(ticks);
    update();
}

void ValueSlider::setFixed(bool fixed) {
    fixed_ = fixed;
    setFocusPolicy(fixed ? Qt::NoFocus : Qt::StrongFocus);
    update();
}

QSize ValueSlider::sizeHint() const {
    return {96, measure::field};
}

QSize ValueSlider::minimumSizeHint() const {
    return {40, measure::field};
}

QPointF ValueSlider::handlePlace(std::size_t handle) const {
    return {xOf(values_.at(handle)), height() / 2.0};
}

double ValueSlider::lineLeft() const {
    return radius + 2;
}

double ValueSlider::lineWidth() const {
    return std::max(1.0, width() - 2 * lineLeft());
}

double ValueSlider::xOf(double value) const {
    return lineLeft() + scale_.placeOf(value) * lineWidth();
}

void ValueSlider::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = height() / 2.0;
    const QColor ink = colour(fixed_ ? Token::Muted : Token::Accent);
    const auto line = [&](double from, double to, const QColor& with) {
        painter.setPen(QPen(with, 3, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(from, middle), QPointF(to, middle));
    };
    line(lineLeft(), lineLeft() + lineWidth(), colour(Token::Line));
    line(values_.size() > 1 ? xOf(values_.front()) : lineLeft(), xOf(values_.back()), ink);
    painter.setPen(QPen(colour(Token::Muted), 1));
    double last = -10;
    for (const double tick : ticks_) {
        const double x = std::round(xOf(tick)) + 0.5;
        if (std::abs(x - last) < 3) continue;
        painter.drawLine(QPointF(x, middle + tickGap), QPointF(x, middle + tickGap + tickLength));
        last = x;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const bool marked = hasFocus() && i == active_;
        painter.setPen(QPen(ink, marked ? 2.5 : 1.5));
        painter.setBrush(colour(marked ? Token::Selected : Token::Surface));
        painter.drawEllipse(handlePlace(i), radius, radius);
    }
}

void ValueSlider::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || fixed_) return event->ignore();
    const double x = event->position().x();
    active_ = 0;
    for (std::size_t i = 1; i < values_.size(); ++i) {
        const double near = std::abs(xOf(values_[i]) - x), best = std::abs(xOf(values_[active_]) - x);
        // Of two handles at one place the one that can move towards the pointer.
        if (near < best || (near == best && x > xOf(values_[i]))) active_ = i;
    }
    dragging_ = true;
    begun_ = false;
    update();
    // A press on the handle itself moves nothing.
    if (std::abs(xOf(values_[active_]) - x) > radius) moveTo(scale_.valueAt((x - lineLeft()) / lineWidth()));
}

void ValueSlider::mouseMoveEvent(QMouseEvent* event) {
    if (dragging_) moveTo(scale_.valueAt((event->position().x() - lineLeft()) / lineWidth()));
}

void ValueSlider::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
    begun_ = false;
}

void ValueSlider::moveTo(double value) {
    if (values_.size() > 1) value = active_ == 0 ? std::min(value, values_[1]) : std::max(value, values_[0]);
    if (value == values_[active_]) return;
    values_[active_] = value;
    update();
    announce();
    emit moved(static_cast<int>(active_), value, std::exchange(begun_, true));
}

void ValueSlider::step(double count) {
    const double now = values_[active_];
    if (scale_.integers && (!scale_.logScale || std::abs(count) < 2)) {
        // A tenth of the way for a page, one for an arrow.
        const double page = std::max(1.0, std::round((scale_.high - scale_.low) / 10));
        const double by = std::abs(count) < 2 ? count : std::copysign(page, count);
        return moveTo(std::clamp(now + by, scale_.low, scale_.high));
    }
    moveTo(scale_.valueAt(scale_.placeOf(now) + 2 * count / steps));
}

void ValueSlider::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down:
            return step(-1);
        case Qt::Key_Right:
        case Qt::Key_Up:
            return step(1);
        case Qt::Key_PageDown:
            return step(-10);
        case Qt::Key_PageUp:
            return step(10);
        case Qt::Key_Home:
            return moveTo(scale_.low);
        case Qt::Key_End:
            return moveTo(scale_.high);
        case Qt::Key_Space:
            active_ = (active_ + 1) % values_.size();
            return update();
        default:
            QWidget::keyPressEvent(event);
    }
}

void ValueSlider::focusInEvent(QFocusEvent* event) {
    begun_ = false;
    QWidget::focusInEvent(event);
}

void ValueSlider::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::EnabledChange) update();
    QWidget::changeEvent(event);
}

void ValueSlider::announce() {
    QString text = QString::number(values_.front(), 'g', 12);
    if (values_.size() > 1)
        text = tr("%1 to %2; the space bar takes the other end").arg(text).arg(values_.back(), 0, 'g', 12);
    setAccessibleDescription(text);
}

}  // namespace ratescope::views
