#pragma once

// One wire in the scene: in its branch's colour where it carries a candidate, else in the hue of what it carries.

#include "views/graph/node_item.h"

#include <QGraphicsItem>
#include <QPainterPath>

namespace ratescope::views {

/// From an output to an input, leaving and arriving level.
QPainterPath wirePath(QPointF from, QPointF to);

class WireItem : public QGraphicsItem {
  public:
    enum { Type = UserType + 2 };

    WireItem(const CanvasLook& canvas, WireContent content);

    int type() const override { return Type; }
    const WireContent& content() const { return content_; }
    const graph::Wire& wire() const { return content_.wire; }
    void setContent(const WireContent& content);
    void setEnds(QPointF from, QPointF to);
    QPointF from() const { return from_; }
    QPointF to() const { return to_; }
    /// A node that is dropped now goes between its ends.
    void setMarked(bool marked);

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  private:
    QColor ink() const;

    const CanvasLook& canvas_;
    WireContent content_;
    QPointF from_, to_;
    QPainterPath path_;
    mutable QPainterPath shape_;  ///< made when the pointer first comes near
    bool marked_ = false;
};

}  // namespace ratescope::views
