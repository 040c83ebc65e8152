// What wheel, pointer and keys do on the plot.

#include "views/curves/curve_plot.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>
#include <limits>
#include <utility>

namespace ratescope::views {
namespace {

constexpr double wheelStep = 1.2;  // a notch
constexpr double smallestBox = 6;  // pixels
constexpr double keyZoom = 1.5;

}  // namespace

bool CurvePlot::event(QEvent* event) {
    // Keys that walk and pan are the plot's own, whatever shortcuts the window has for them.
    if (event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Space || key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up ||
            key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void CurvePlot::wheelEvent(QWheelEvent* event) {
    if (!spec_) return;
    zoomAbout(event->position(), std::pow(wheelStep, event->angleDelta().y() / 120.0));
    event->accept();
}

void CurvePlot::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);
    pressed_ = last_ = event->position();
    const bool pans =
        event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && spaceHeld_);
    if (pans && spec_) {
        drag_ = Drag::Pan;
        held_ = map().axisPlaceOf(pressed_);
    } else if (event->button() == Qt::LeftButton) {
        drag_ = Drag::Press;
    }
    showCursor();
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (drag_ == Drag::Pan) {
        const PlotRange& now = range_;
        hold(held_, place, {now.right - now.left, now.top - now.bottom});
        last_ = place;
        return;
    }
    if (drag_ == Drag::Press && (place - pressed_).manhattanLength() >= QApplication::startDragDistance()) {
        drag_ = Drag::Box;
        point({}, {});
    }
    last_ = place;
    if (drag_ == Drag::Box)
        update();
    else
        point(hitAt(place), event->globalPosition().toPoint());
}

void CurvePlot::mouseReleaseEvent(QMouseEvent* event) {
    const Drag ended = std::exchange(drag_, Drag::None);
    last_ = event->position();
    if (ended == Drag::Box) endBox();
    if (ended == Drag::Press) {
        if (const auto hit = hitAt(event->position()))
            emit chosen(*hit);
        else
            emit released();
    }
    showCursor();
    update();
}

void CurvePlot::endBox() {
    if (!spec_) return;
    const QRectF box = QRectF(pressed_, last_).normalized().intersected(map().area());
    if (box.width() < smallestBox || box.height() < smallestBox) return;
    const QPointF low = map().axisPlaceOf(box.bottomLeft()), high = map().axisPlaceOf(box.topRight());
    zoomed_ = true;
    setRange({low.x(), high.x(), low.y(), high.y()});
}

void CurvePlot::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (const auto hit = hitAt(event->position()))
        emit opened(*hit);
    else
        fit();
}

void CurvePlot::point(std::optional<PlotHit> hit, QPoint globalPlace) {
    if (hit == hovered_) return;
    hovered_ = hit;
    showCursor();
    update();
    emit pointed(hit, globalPlace);
}

void CurvePlot::showCursor() {
    if (drag_ == Drag::Pan)
        setCursor(Qt::ClosedHandCursor);
    else if (spaceHeld_)
        setCursor(Qt::OpenHandCursor);
    else if (hovered_)
        setCursor(Qt::PointingHandCursor);
    else
        unsetCursor();
}

void CurvePlot::leaveEvent(QEvent*) {
    point({}, {});
}

void CurvePlot::keyPressEvent(QKeyEvent* event) {
    if (!std::exchange(byKeyboard_, true)) update();
    switch (event->key()) {
        case Qt::Key_Left:
            return walk(-1, 0);
        case Qt::Key_Right:
            return walk(1, 0);
        case Qt::Key_Up:
            return walk(0, 1);
        case Qt::Key_Down:
            return walk(0, -1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (selected_) emit opened(*selected_);
            return;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(keyZoom);
        case Qt::Key_Minus:
            return zoom(1 / keyZoom);
        case Qt::Key_Escape:
            if (drag_ != Drag::None) {
                drag_ = Drag::None;
                return update();
            }
            emit released();
            return;
        case Qt::Key_Space:
            if (!event->isAutoRepeat()) spaceHeld_ = true;
            return showCursor();
        default:
            QWidget::keyPressEvent(event);
    }
}

void CurvePlot::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Space || event->isAutoRepeat()) return QWidget::keyReleaseEvent(event);
    spaceHeld_ = false;
    showCursor();
}

void CurvePlot::walk(int along, int across) {
    if (!spec_) return;
    const auto& all = spec_->series;
    std::optional<PlotHit> next = selected_;
    if (!next) {
        for (std::size_t s = 0; s < all.size() && !next; ++s)
            if (!all[s].points.empty()) next = PlotHit{s, 0};
        if (next) emit chosen(*next);
        return;
    }
    if (along) {
        const auto last = static_cast<std::ptrdiff_t>(all[next->series].points.size()) - 1;
        next->point = static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(next->point) + along, 0, last));
    } else {
        // To the point of another series that is nearest above or below.
        const QPointF from = placeOf(*next);
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < all.size(); ++s)
            for (std::size_t p = 0; s != selected_->series && p < all[s].points.size(); ++p) {
                const QPointF way = placeOf({s, p}) - from;
                if (-way.y() * across <= 0) continue;
                // Sideways counts double: up means up.
                const double distance = std::hypot(2 * way.x(), way.y());
                if (distance >= nearest) continue;
                nearest = distance;
                next = PlotHit{s, p};
            }
    }
    if (next != selected_) emit chosen(*next);
}

void CurvePlot::focusInEvent(QFocusEvent* event) {
    byKeyboard_ = event->reason() != Qt::MouseFocusReason;
    update();
}

void CurvePlot::focusOutEvent(QFocusEvent*) {
    spaceHeld_ = false;
    showCursor();
    update();
}

}  // namespace ratescope::views
