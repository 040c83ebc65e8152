// What keys, the pointer and drops do on the canvas.

#include "views/graph/bubble.h"
#include "views/graph/graph_look.h"
#include "views/graph/graph_view.h"
#include "views/session/node_mime.h"

#include <QContextMenuEvent>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QUrl>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

bool isArrow(int key) {
    return key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
}

QPointF direction(int key) {
    switch (key) {
        case Qt::Key_Left:
            return {-1, 0};
        case Qt::Key_Right:
            return {1, 0};
        case Qt::Key_Up:
            return {0, -1};
        default:
            return {0, 1};
    }
}

bool isTaken(const QMimeData& data) {
    return data.hasUrls() || data.hasFormat(nodeMime);
}

}  // namespace

void GraphView::wheelEvent(QWheelEvent* event) {
    if (event->angleDelta().y() != 0) {
        constexpr double step = 1.2;
        zoomAround(zoom() * std::pow(step, event->angleDelta().y() / 120.0), event->position());
    }
    event->accept();
}

void GraphView::mousePressEvent(QMouseEvent* event) {
    if (tool_.press(*event)) return;
    if (event->button() == Qt::LeftButton) {
        scene_.markPort(std::nullopt);
        scene_.setOnlyNodesSelectable(true);
        QGraphicsView::mousePressEvent(event);
    }
}

void GraphView::mouseMoveEvent(QMouseEvent* event) {
    if (tool_.move(*event)) return;
    if (event->buttons() == Qt::NoButton)
        session().selection.pointAtBranch(scene_.branchAt(mapToScene(event->pos())));
    QGraphicsView::mouseMoveEvent(event);
}

void GraphView::mouseReleaseEvent(QMouseEvent* event) {
    if (tool_.release(*event)) return;
    QGraphicsView::mouseReleaseEvent(event);
    scene_.setOnlyNodesSelectable(false);
}

void GraphView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const QPointF point = mapToScene(event->pos());
    if (scene_.nodeAt(point) || scene_.portAt(point)) return;
    if (FrameItem* frame = scene_.frameAt(point); frame && frame->isHandle(point))
        emit frameEditAsked(frame->index());
    else
        emit searchAsked(point, std::nullopt);
}

void GraphView::contextMenuEvent(QContextMenuEvent* event) {
    tool_.cancel();
    const QPointF point = mapToScene(event->pos());
    QGraphicsItem* item = scene_.nodeAt(point);
    if (!item) item = scene_.wireAt(point, 3 / zoom());
    if (FrameItem* frame = scene_.frameAt(point); !item && frame && frame->isHandle(point)) item = frame;
    if (item && !item->isSelected()) {
        scene_.clearSelection();
        item->setSelected(true);
    }
    emit menuAsked(event->globalPos());
}

void GraphView::leaveEvent(QEvent* event) {
    session().selection.pointAtBranch({});
    QGraphicsView::leaveEvent(event);
}

void GraphView::focusOutEvent(QFocusEvent* event) {
    tool_.setPanning(false);
    QGraphicsView::focusOutEvent(event);
}

bool GraphView::focusNextPrevChild(bool next) {
    // Tab adds a node here, as in other editors of nodes; Shift+Tab leaves.
    return !next && QGraphicsView::focusNextPrevChild(next);
}

void GraphView::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if (key == Qt::Key_Space && !event->isAutoRepeat()) {
        tool_.setPanning(true);
    } else if (key == Qt::Key_Escape) {
        if (tool_.isBusy()) {
            tool_.cancel();
        } else {
            scene_.markPort(std::nullopt);
            scene_.clearSelection();
        }
        bubble_->hide();
    } else if (isArrow(key) && event->modifiers() & Qt::ControlModifier) {
        walk(static_cast<Qt::Key>(key));
    } else if (isArrow(key)) {
        const double step = event->modifiers() & Qt::ShiftModifier ? node_size::dots : node_size::snap;
        moveSelection(direction(key) * step);
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && scene_.markedPort()) {
        const NodeItem* node = scene_.node(scene_.markedPort()->port.node);
        emit connectAsked(*scene_.markedPort(), mapFromScene(*node->anchorOf(*scene_.markedPort())));
    } else {
        QGraphicsView::keyPressEvent(event);
    }
}

void GraphView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat())
        tool_.setPanning(false);
    else
        QGraphicsView::keyReleaseEvent(event);
}

void GraphView::moveSelection(QPointF by) {
    std::map<std::string, QPointF> places;
    const auto move = [&](const std::string& slug) { places[slug] = scene_.node(slug)->pos() + by; };
    for (const std::string& slug : scene_.selectedNodes())
        move(slug);
    std::optional<std::vector<graph::Frame>> frames;
    for (const std::size_t index : scene_.selectedFrames()) {
        if (!frames) frames = session().document.document().frames;
        frames->at(index).x += by.x();
        frames->at(index).y += by.y();
        for (const std::string& slug : scene_.nodesIn(*scene_.frames()[index]))
            move(slug);
    }
    if (auto edit = moveAll(session().document.document(), places, frames))
        session().document.apply(std::move(edit), true);
}

void GraphView::walk(Qt::Key arrow) {
    const bool across = arrow == Qt::Key_Left || arrow == Qt::Key_Right;
    const bool forward = arrow == Qt::Key_Right || arrow == Qt::Key_Down;
    const auto& marked = scene_.markedPort();
    const std::vector<std::string> selected = scene_.selectedNodes();
    const graph::Document& document = session().document.document();
    std::string slug = marked ? marked->port.node : selected.empty() ? std::string() : selected.front();
    if (slug.empty() && !document.nodes.empty()) slug = document.nodes.front().slug;
    const NodeItem* node = scene_.node(slug);
    if (!node || node->geometry().ports.empty()) return;
    const std::vector<PortPlace>& ports = node->geometry().ports;
    std::optional<PortEnd> next;
    if (across && marked && marked->isOutput == forward) {
        // Along the wire, to the other node.
        for (const graph::Wire& wire : document.wires)
            if (!next && (forward ? wire.from : wire.to) == marked->port)
                next = PortEnd{forward ? wire.to : wire.from, !forward};
    } else if (across) {
        for (const PortPlace& port : ports)
            if (!next && port.end.isOutput == forward) next = port.end;
    } else {
        std::size_t at = forward ? ports.size() - 1 : 0;
        for (std::size_t i = 0; marked && i < ports.size(); ++i)
            if (ports[i].end == *marked) at = i;
        next = ports[(at + (forward ? 1 : ports.size() - 1)) % ports.size()].end;
    }
    if (!next) return;
    scene_.selectNodes({next->port.node});
    scene_.markPort(next);
    if (NodeItem* item = scene_.node(next->port.node)) ensureVisible(item->sceneBox(), 16, 16);
}

void GraphView::dragEnterEvent(QDragEnterEvent* event) {
    if (isTaken(*event->mimeData())) event->acceptProposedAction();
}

void GraphView::dragMoveEvent(QDragMoveEvent* event) {
    if (!isTaken(*event->mimeData())) return;
    event->acceptProposedAction();
    const bool isNode = event->mimeData()->hasFormat(nodeMime);
    scene_.markWire(isNode ? scene_.wireAt(mapToScene(event->position().toPoint()), 12) : nullptr);
}

void GraphView::dragLeaveEvent(QDragLeaveEvent* event) {
    scene_.markWire(nullptr);
    QGraphicsView::dragLeaveEvent(event);
}

void GraphView::dropEvent(QDropEvent* event) {
    const QMimeData& dropped = *event->mimeData();
    const QPointF point = mapToScene(event->position().toPoint());
    if (dropped.hasFormat(nodeMime)) {
        emit nodeDropped(QString::fromUtf8(dropped.data(nodeMime)), point);
    } else {
        QStringList files;
        for (const QUrl& url : dropped.urls())
            if (url.isLocalFile()) files += url.toLocalFile();
        if (!files.isEmpty()) emit filesDropped(files, point);
    }
    scene_.markWire(nullptr);
    event->acceptProposedAction();
}

}  // namespace ratescope::views
