// What is under a point of the scene.

#include "views/graph/graph_scene.h"

#include <algorithm>

namespace ratescope::views {
namespace {

/// Ports reach beyond the node's box by as much.
constexpr double portReach = 12;

}  // namespace

NodeItem* GraphScene::nodeAt(QPointF point) const {
    for (QGraphicsItem* item : items(point, Qt::IntersectsItemBoundingRect, Qt::DescendingOrder))
        if (auto* node = qgraphicsitem_cast<NodeItem*>(item); node && node->sceneBox().contains(point))
            return node;
    return nullptr;
}

std::optional<PortEnd> GraphScene::portAt(QPointF point) const {
    for (QGraphicsItem* item : items(point, Qt::IntersectsItemBoundingRect, Qt::DescendingOrder)) {
        const auto* node = qgraphicsitem_cast<NodeItem*>(item);
        if (!node) continue;
        if (const PortPlace* port = node->portAt(node->mapFromScene(point))) return port->end;
    }
    return std::nullopt;
}

WireItem* GraphScene::wireAt(QPointF point, double tolerance) const {
    const QRectF around(point.x() - tolerance, point.y() - tolerance, 2 * tolerance, 2 * tolerance);
    for (QGraphicsItem* item : items(around, Qt::IntersectsItemShape, Qt::DescendingOrder))
        if (auto* wire = qgraphicsitem_cast<WireItem*>(item)) return wire;
    return nullptr;
}

FrameItem* GraphScene::frameAt(QPointF point) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
        if ((*frame)->boundingRect().contains(point)) return *frame;
    return nullptr;
}

std::optional<graph::Wire> GraphScene::wireEndAt(QPointF point) const {
    for (QGraphicsItem* item :
         items(QRectF(point.x() - portReach, point.y() - portReach, 2 * portReach, 2 * portReach),
               Qt::IntersectsItemBoundingRect, Qt::DescendingOrder)) {
        const auto* node = qgraphicsitem_cast<NodeItem*>(item);
        if (!node) continue;
        const QPointF local = node->mapFromScene(point);
        for (const CandidatePlace& candidate : node->geometry().candidates)
            if (QLineF(local, candidate.centre).length() < 8) return candidate.wire;
        const PortPlace* port = node->portAt(local);
        if (!port || port->end.isOutput || port->takesSeveral) continue;
        if (const graph::PortRef* from = session_.document.document().source(port->end.port))
            return graph::Wire{*from, port->end.port};
    }
    return std::nullopt;
}

std::string GraphScene::branchAt(QPointF point) const {
    if (const NodeItem* node = nodeAt(point)) {
        const CandidatePlace* candidate = node->candidateAt(node->mapFromScene(point));
        if (candidate && candidate->line.branch) return candidate->line.branch->slug;
    }
    if (const auto end = portAt(point)) {
        if (!end->isOutput) return {};
        for (const auto& [wire, item] : wires_)
            if (wire.from == end->port && item->content().branch) return item->content().branch->slug;
        return {};
    }
    if (nodeAt(point)) return {};
    const WireItem* wire = wireAt(point, 3);
    return wire && wire->content().branch ? wire->content().branch->slug : std::string();
}

QString GraphScene::toolTipAt(QPointF point) const {
    const std::optional<PortEnd> port = portAt(point);
    const NodeItem* at = port ? node(port->port.node) : nodeAt(point);
    if (!at) {
        const FrameItem* frame = frameAt(point);
        return frame && frame->isHandle(point) ? QString::fromStdString(frame->frame().text) : QString();
    }
    QString text = at->toolTipAt(at->mapFromScene(point));
    if (const QString last = port ? states_->lastValueAt(*port) : QString(); !last.isEmpty())
        text += '\n' + tr("Last value: %1").arg(last);
    return text;
}

}  // namespace ratescope::views
