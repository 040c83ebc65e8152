#include "views/compare/picture_cell.h"

#include "views/compare/caption_painter.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// Within this many pixels of the divider the pointer takes hold of it.
constexpr double dividerReach = 6;
constexpr int wheelStep = 120;

}  // namespace

PictureCell::PictureCell(ViewState& view, Tiles& tiles, QWidget* parent)
    : QWidget(parent), view_(view), tiles_(tiles) {
    setMouseTracking(true);
    setMinimumSize(120, 90);
    connect(&view_, &ViewState::changed, this, qOverload<>(&QWidget::update));
    connect(&view_, &ViewState::pointedChanged, this, qOverload<>(&QWidget::update));
    connect(&tiles_, &Tiles::ready, this, qOverload<>(&QWidget::update));
}

void PictureCell::setContent(const CellContent& content) {
    if (content == content_) return;
    content_ = content;
    describe();
    update();
}

void PictureCell::describe() {
    QString text = captionText(content_.caption);
    if (content_.right) text = tr("%1 | %2").arg(text, captionText(content_.rightCaption));
    setAccessibleName(text);
    setAccessibleDescription(content_.failure);
    setToolTip(text);
}

void PictureCell::setLoupe(bool shown) {
    loupe_ = shown;
    update();
}

void PictureCell::setCrop(const QRect& crop) {
    crop_ = crop;
    update();
}

void PictureCell::setCropping(bool cropping) {
    cropping_ = cropping;
    setCursor(cropping ? Qt::CrossCursor : Qt::ArrowCursor);
}

void PictureCell::setLit(bool lit) {
    if (lit == lit_) return;
    lit_ = lit;
    update();
}

void PictureCell::setDivider(double divider) {
    divider_ = std::clamp(divider, 0.0, 1.0);
    update();
}

void PictureCell::resetOffset() {
    offset_ = {};
    update();
}

QRect PictureCell::pictureRect() const {
    return rect().adjusted(frameWidth, frameWidth, -frameWidth, -frameWidth - captionHeight);
}

QPoint PictureCell::originIn(const QRect& view, double zoom) const {
    const QPointF centre = view_.centre() + offset_;
    return {view.x() + qRound(view.width() / 2.0 - centre.x() * zoom),
            view.y() + qRound(view.height() / 2.0 - centre.y() * zoom)};
}

QPointF PictureCell::imagePoint(QPointF place) const {
    const double scale = devicePixelRatioF();
    const QRect inside = pictureRect();
    const QRect view(0, 0, qRound(inside.width() * scale), qRound(inside.height() * scale));
    return ((place - inside.topLeft()) * scale - originIn(view, view_.zoom())) / view_.zoom();
}

QPointF PictureCell::awayFromMiddle(QPointF place) const {
    const QRectF inside = pictureRect();
    return (place - inside.center()) * devicePixelRatioF();
}

QPoint PictureCell::pixelAt(QPointF place) const {
    const QPointF point = imagePoint(place);
    return {static_cast<int>(std::floor(point.x())), static_cast<int>(std::floor(point.y()))};
}

int PictureCell::dividerIn(const QRect& view) const {
    return view.x() + qRound(divider_ * view.width());
}

bool PictureCell::atDivider(QPointF place) const {
    const QRect inside = pictureRect();
    return content_.right && inside.contains(place.toPoint()) &&
           std::abs(place.x() - dividerIn(inside)) <= dividerReach;
}

void PictureCell::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !pictureRect().contains(event->pos())) {
        event->ignore();
        return;
    }
    dragFrom_ = event->position();
    if (cropping_ || event->modifiers() & Qt::ShiftModifier) {
        drag_ = Drag::Crop;
        cropFrom_ = pixelAt(dragFrom_);
        newCrop_ = {};
    } else if (atDivider(dragFrom_)) {
        drag_ = Drag::Divider;
    } else {
        drag_ = Drag::Picture;
        dragCentre_ = view_.linked() ? view_.centre() : offset_;
        setCursor(Qt::ClosedHandCursor);
    }
    // Not accepted: the area takes the focus.
    event->ignore();
}

void PictureCell::mouseMoveEvent(QMouseEvent* event) {
    const QPointF moved = (event->position() - dragFrom_) * devicePixelRatioF() / view_.zoom();
    switch (drag_) {
        case Drag::None:
            setCursor(cropping_                      ? Qt::CrossCursor
                      : atDivider(event->position()) ? Qt::SplitHCursor
                                                     : Qt::ArrowCursor);
            break;
        case Drag::Picture:
            if (view_.linked()) {
                view_.moveTo(dragCentre_ - moved);
            } else {
                offset_ = dragCentre_ - moved;
                update();
            }
            break;
        case Drag::Divider:
            setDivider((event->position().x() - pictureRect().x()) / pictureRect().width());
            emit dividerMoved(divider_);
            break;
        case Drag::Crop:
            newCrop_ = QRect(cropFrom_, pixelAt(event->position())).normalized() &
                       QRect(QPoint(), content_.layer.size());
            update();
            break;
    }
    view_.pointAt(pictureRect().contains(event->pos()) ? std::optional(pixelAt(event->position()))
                                                       : std::nullopt);
}

void PictureCell::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const Drag done = std::exchange(drag_, Drag::None);
    setCursor(cropping_ ? Qt::CrossCursor : Qt::ArrowCursor);
    if (done != Drag::Crop) return;
    const QRect crop = std::exchange(newCrop_, {});
    update();
    if (crop.width() > 1 && crop.height() > 1) emit cropped(crop);
}

void PictureCell::wheelEvent(QWheelEvent* event) {
    const int steps = event->angleDelta().y() / wheelStep;
    if (steps == 0 || !pictureRect().contains(event->position().toPoint())) return;
    // Seen from the common centre: the cell's own offset does not move.
    view_.zoomBy(steps, imagePoint(event->position()) - offset_, awayFromMiddle(event->position()));
    view_.pointAt(pixelAt(event->position()));
    event->accept();
}

void PictureCell::enterEvent(QEnterEvent*) {
    emit entered(content_.branch);
}

void PictureCell::leaveEvent(QEvent*) {
    view_.pointAt({});
    emit entered({});
}

void PictureCell::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) update();
    QWidget::changeEvent(event);
}

bool PictureCell::event(QEvent* event) {
    // The tool tip is the caption's: over the picture it would hide what is looked at.
    if (event->type() == QEvent::ToolTip &&
        pictureRect().contains(static_cast<const QHelpEvent*>(event)->pos()))
        return true;
    return QWidget::event(event);
}

}  // namespace ratescope::views
