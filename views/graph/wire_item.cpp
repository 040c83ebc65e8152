#include "views/graph/wire_item.h"

#include "views/graph/graph_look.h"

#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr double branchWidth = 2.25, plainWidth = 1.5, halo = 5, reach = 10;

}  // namespace

QPainterPath wirePath(QPointF from, QPointF to) {
    const double across = to.x() - from.x();
    // Backwards it leaves room to be seen beside its nodes.
    const double bow = across >= 0 ? std::max(across * 0.5, 24.0) : std::min(-across * 0.5 + 60, 240.0);
    QPainterPath path(from);
    path.cubicTo(from + QPointF(bow, 0), to - QPointF(bow, 0), to);
    return path;
}

WireItem::WireItem(const CanvasLook& canvas, WireContent content)
    : canvas_(canvas), content_(std::move(content)) {
    setFlag(ItemIsSelectable);
    setZValue(content_.branch ? 0.5 : 0);
}

void WireItem::setContent(const WireContent& content) {
    content_ = content;
    setZValue(content_.branch ? 0.5 : 0);
    update();
}

void WireItem::setEnds(QPointF from, QPointF to) {
    if (from == from_ && to == to_ && !path_.isEmpty()) return;
    prepareGeometryChange();
    from_ = from;
    to_ = to;
    path_ = wirePath(from, to);
    shape_.clear();
}

void WireItem::setMarked(bool marked) {
    if (marked_ == marked) return;
    marked_ = marked;
    update();
}

QRectF WireItem::boundingRect() const {
    return path_.controlPointRect().adjusted(-reach, -reach, reach, reach);
}

QPainterPath WireItem::shape() const {
    if (shape_.isEmpty()) {
        QPainterPathStroker stroker;
        stroker.setWidth(reach);
        shape_ = stroker.createStroke(path_);
    }
    return shape_;
}

QColor WireItem::ink() const {
    return content_.branch ? seriesColour(content_.branch->style.colour, canvas_.look)
                           : portColour(content_.type, canvas_.look);
}

void WireItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    painter->setBrush(Qt::NoBrush);
    const bool selected = !canvas_.exporting && isSelected();
    if (!canvas_.exporting && zoom < leastDetailZoom) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        QPen thin(selected ? colour(Token::Accent, canvas_.look) : ink(), 0);
        painter->setPen(thin);
        const double middle = (from_.x() + to_.x()) / 2;
        const QPointF points[] = {from_, {middle, from_.y()}, {middle, to_.y()}, to_};
        painter->drawPolyline(points, 4);
        return;
    }
    const bool pointed =
        !canvas_.exporting && content_.branch && content_.branch->slug == canvas_.pointedBranch;
    const bool back = !canvas_.exporting && !canvas_.pointedBranch.empty() && content_.branch && !pointed;
    double width = content_.branch ? branchWidth : plainWidth;
    if (pointed || selected || marked_) width += 1.25;
    painter->setRenderHint(QPainter::Antialiasing);
    if (content_.branch && zoom >= leastTextZoom) {
        painter->setPen(
            QPen(colour(canvas_.exporting ? Token::Surface : Token::Canvas, canvas_.look), width + halo));
        painter->drawPath(path_);
    }
    if (back) painter->setOpacity(0.35);
    painter->setPen(QPen(selected || marked_ ? colour(Token::Accent, canvas_.look) : ink(), width));
    painter->drawPath(path_);
}

}  // namespace ratescope::views
