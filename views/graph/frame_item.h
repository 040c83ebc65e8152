#pragma once

// A comment frame around nodes.

#include "core/graph/document.h"
#include "views/graph/node_item.h"

#include <QGraphicsItem>

namespace ratescope::views {

class FrameItem : public QGraphicsItem {
  public:
    enum { Type = UserType + 3 };

    FrameItem(const CanvasLook& canvas, std::size_t index);

    int type() const override { return Type; }
    const graph::Frame& frame() const { return frame_; }
    std::size_t index() const { return index_; }  ///< in the document
    void setFrame(const graph::Frame& frame);
    void setRect(const QRectF& rect);  ///< while it is dragged; in the scene
    QRectF rect() const { return rect_; }
    /// Moves the frame and what lies in it when it is dragged there: the title and the border.
    bool isHandle(QPointF scenePoint) const;
    /// Changes the size.
    bool isCorner(QPointF scenePoint) const;

    QRectF boundingRect() const override { return rect_.adjusted(-2, -2, 2, 2); }
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  private:
    const CanvasLook& canvas_;
    std::size_t index_;
    graph::Frame frame_;
    QRectF rect_;
};

}  // namespace ratescope::views
