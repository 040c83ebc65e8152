#include "views/graph/frame_item.h"

#include "views/graph/graph_look.h"
#include "views/graph/node_geometry.h"
#include "views/theme/mixed.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOptionGraphicsItem>

namespace ratescope::views {
namespace {

constexpr double border = 6, cornerSize = 14;

}  // namespace

FrameItem::FrameItem(const CanvasLook& canvas, std::size_t index) : canvas_(canvas), index_(index) {
    setFlag(ItemIsSelectable);
    setZValue(-1);
}

void FrameItem::setFrame(const graph::Frame& frame) {
    frame_ = frame;
    setRect(QRectF(frame.x, frame.y, frame.width, frame.height));
    update();
}

void FrameItem::setRect(const QRectF& rect) {
    if (rect == rect_) return;
    prepareGeometryChange();
    rect_ = rect;
}

bool FrameItem::isHandle(QPointF point) const {
    if (!rect_.adjusted(-2, -2, 2, 2).contains(point)) return false;
    return point.y() < rect_.top() + node_size::frameTitle ||
           !rect_.adjusted(border, border, -border, -border).contains(point);
}

bool FrameItem::isCorner(QPointF point) const {
    return QRectF(rect_.bottomRight() - QPointF(cornerSize, cornerSize), rect_.bottomRight() + QPointF(2, 2))
        .contains(point);
}

QPainterPath FrameItem::shape() const {
    QPainterPath path;
    path.addRect(boundingRect());
    // Within it the pointer finds the canvas: a rubber band may begin there.
    path.addRect(rect_.adjusted(border, node_size::frameTitle, -border, -border));
    return path;
}

void FrameItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    const QColor muted = colour(Token::Muted, canvas_.look);
    const bool selected = !canvas_.exporting && isSelected();
    QColor fill = muted;
    fill.setAlphaF(0.08f);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill);
    painter->setPen(QPen(selected ? colour(Token::Accent, canvas_.look)
                                  : mixed(colour(Token::Line, canvas_.look), muted, 0.25),
                         selected ? 2 : 1));
    painter->drawRoundedRect(rect_.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    if (!canvas_.exporting && zoom < leastTextZoom) return;
    const double width = rect_.width() - 24;
    const auto line = [&](const QFont& font, double y, double height, const std::string& text) {
        painter->setFont(font);
        painter->drawText(
            QRectF(rect_.left() + 12, rect_.top() + y, width, height),
            Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            QFontMetricsF(font).elidedText(QString::fromStdString(text), Qt::ElideRight, width));
    };
    painter->setPen(colour(Token::Text, canvas_.look));
    line(nodeTitleFont(), 3, 18, frame_.title);
    painter->setPen(muted);
    line(nodeTextFont(), 20, 16, frame_.text.substr(0, frame_.text.find('\n')));
    if (canvas_.exporting) return;
    const QPointF corner = rect_.bottomRight() - QPointF(4, 4);
    for (const double step : {4.0, 8.0})
        painter->drawLine(corner - QPointF(step, 0), corner - QPointF(0, step));
}

}  // namespace ratescope::views
