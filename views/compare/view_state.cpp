#include "views/compare/view_state.h"

#include "views/controls/tabular.h"

#include <QRect>
#include <algorithm>
#include <array>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr std::array steps{1.0 / 64, 1.0 / 32, 1.0 / 16, 1.0 / 12, 1.0 / 8, 1.0 / 6, 1.0 / 4, 1.0 / 3,
                           1.0 / 2,  2.0 / 3,  1.0,      2.0,      3.0,     4.0,     6.0,     8.0,
                           12.0,     16.0,     24.0,     32.0,     48.0,    64.0};

}  // namespace

QString percentText(double zoom) {
    const double percent = zoom * 100, whole = std::round(percent);
    return numberText(percent, std::abs(percent - whole) < 0.05 ? 0 : 1) + "\u2009%";
}

void ViewState::setLinked(bool linked) {
    if (linked == linked_) return;
    linked_ = linked;
    emit linkedChanged();
}

void ViewState::setPictureSize(QSize size) {
    if (size == size_) return;
    size_ = size;
    pointAt({});
    fit();
}

void ViewState::setCellSize(QSize size) {
    if (size == cell_) return;
    cell_ = size;
    if (fits_) refit();
}

void ViewState::fit() {
    fits_ = true;
    refit();
}

void ViewState::refit() {
    if (size_.isEmpty() || cell_.isEmpty()) return;
    const double exact = std::min(cell_.width() / static_cast<double>(size_.width()),
                                  cell_.height() / static_cast<double>(size_.height()));
    // Above 100 % only whole numbers keep pixels even.
    zoom_ = std::clamp(exact >= 1 ? std::floor(exact) : exact, steps.front(), steps.back());
    centre_ = QPointF(size_.width() / 2.0, size_.height() / 2.0);
    emit changed();
}

void ViewState::setZoom(double zoom, QPointF fixed, QPointF away) {
    fits_ = false;
    zoom_ = std::clamp(zoom, steps.front(), steps.back());
    moveTo(fixed - away / zoom_);
}

void ViewState::zoomBy(int count, QPointF fixed, QPointF away) {
    double zoom = zoom_;
    constexpr double tolerance = 1e-6;
    for (; count > 0; --count)
        zoom =
            *std::min(std::upper_bound(steps.begin(), steps.end(), zoom * (1 + tolerance)), steps.end() - 1);
    for (; count < 0; ++count) {
        const auto next = std::lower_bound(steps.begin(), steps.end(), zoom * (1 - tolerance));
        zoom = next == steps.begin() ? steps.front() : *(next - 1);
    }
    setZoom(zoom, fixed, away);
}

void ViewState::moveTo(QPointF centre) {
    fits_ = false;
    centre_ = {std::clamp(centre.x(), 0.0, std::max(0.0, static_cast<double>(size_.width()))),
               std::clamp(centre.y(), 0.0, std::max(0.0, static_cast<double>(size_.height())))};
    emit changed();
}

void ViewState::showRect(const QRect& rect) {
    if (rect.isEmpty() || cell_.isEmpty()) return;
    const double exact = std::min(cell_.width() / static_cast<double>(rect.width()),
                                  cell_.height() / static_cast<double>(rect.height()));
    setZoom(exact >= 1 ? std::floor(exact) : exact, QRectF(rect).center(), {});
}

void ViewState::pointAt(std::optional<QPoint> pixel) {
    if (pixel && !QRect(QPoint(), size_).contains(*pixel)) pixel.reset();
    if (pixel == pointed_) return;
    pointed_ = pixel;
    emit pointedChanged();
}

QString ViewState::zoomText() const {
    const QString percent = percentText(zoom_);
    const auto times = [](double value) { return numberText(value, value == std::round(value) ? 0 : 1); };
    if (zoom_ == 1) return tr("%1: one image pixel is one device pixel").arg(percent);
    if (zoom_ > 1) return tr("%1: one image pixel is %2 × %2 device pixels").arg(percent, times(zoom_));
    return tr("%1: one device pixel is %2 × %2 image pixels").arg(percent, times(1 / zoom_));
}

}  // namespace ratescope::views
