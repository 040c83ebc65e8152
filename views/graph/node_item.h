#pragma once

// One node in the scene. Paints its content; knows nothing of the document.

#include "views/graph/node_geometry.h"
#include "views/theme/tokens.h"

#include <QGraphicsItem>
#include <optional>

namespace ratescope::views {

/// What all items of a scene are painted with; changed by an export for as long as it paints.
struct CanvasLook {
    Look look = currentLook();
    bool exporting = false;     ///< everything, at whatever zoom, without what is selected or pointed at
    std::string pointedBranch;  ///< it lights up, the others step back
};

class NodeItem : public QGraphicsItem {
  public:
    enum { Type = UserType + 1 };

    explicit NodeItem(const CanvasLook& canvas);

    int type() const override { return Type; }
    const NodeContent& content() const { return content_; }
    const NodeGeometry& geometry() const { return geometry_; }
    const std::string& slug() const { return content_.slug; }
    void setContent(NodeContent content);
    QRectF box() const { return QRectF(QPointF(), geometry_.size); }
    QRectF sceneBox() const { return box().translated(pos()); }

    /// The port whose glyph (or label) is under the point, in the item's own place.
    const PortPlace* portAt(QPointF point) const;
    const CandidatePlace* candidateAt(QPointF point) const;
    /// Where a wire ends, in the scene; nothing for a port that there is not.
    std::optional<QPointF> anchorOf(const PortEnd& end, const graph::Wire* wire = nullptr) const;
    QString toolTipAt(QPointF point) const;
    /// The port that the keyboard is at, or that a dragged wire may end at.
    void setMarkedPort(const std::optional<PortEnd>& end);

    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  private:
    void paintCard(QPainter& painter, bool selected) const;
    void paintTitle(QPainter& painter) const;
    void paintFarTitle(QPainter& painter, double zoom) const;
    void paintPorts(QPainter& painter, bool texts) const;
    void paintPort(QPainter& painter, const PortPlace& port, bool texts) const;
    void paintCandidates(QPainter& painter, bool texts) const;
    void paintParameters(QPainter& painter) const;
    QColor token(Token name) const { return colour(name, canvas_.look); }

    const CanvasLook& canvas_;
    NodeContent content_;
    NodeGeometry geometry_;
    std::optional<PortEnd> marked_;
};

}  // namespace ratescope::views
