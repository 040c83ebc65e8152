#pragma once

// The document as items. It only mirrors: after a change it compares what each item shows with what it is to show and
// touches those that differ. Places while something is dragged are its own, until the edit is made.

#include "views/graph/frame_item.h"
#include "views/graph/node_states.h"
#include "views/graph/wire_item.h"
#include "views/session/session.h"

#include <QGraphicsScene>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

class GraphScene : public QGraphicsScene {
    Q_OBJECT

  public:
    explicit GraphScene(Session& session, QObject* parent = nullptr);
    ~GraphScene() override;

    Session& session() const { return session_; }
    const CanvasLook& canvas() const { return canvas_; }

    NodeItem* node(const std::string& slug) const;
    WireItem* wire(const graph::Wire& wire) const;
    const std::map<std::string, NodeItem*>& nodes() const { return nodes_; }
    const std::vector<FrameItem*>& frames() const { return frames_; }
    std::vector<WireItem*> wires() const;

    // Under a point of the scene, topmost first.
    NodeItem* nodeAt(QPointF point) const;
    std::optional<PortEnd> portAt(QPointF point) const;
    WireItem* wireAt(QPointF point, double tolerance) const;
    FrameItem* frameAt(QPointF point) const;
    /// The wire whose input end is at the point.
    std::optional<graph::Wire> wireEndAt(QPointF point) const;
    /// "" where neither a branch's wire nor its port is.
    std::string branchAt(QPointF point) const;
    /// Of the port (with its last value), node or frame there; "" where there is none.
    QString toolTipAt(QPointF point) const;

    std::vector<std::string> selectedNodes() const;  ///< in document order
    std::vector<graph::Wire> selectedWires() const;
    std::set<std::size_t> selectedFrames() const;
    NodeRects rectsOf(const std::vector<std::string>& slugs) const;
    void selectNodes(const std::set<std::string>& slugs);
    void selectFrame(std::size_t index);  ///< alone
    /// While a rubber band is drawn: what it crosses on its way to nodes is not meant.
    void setOnlyNodesSelectable(bool only);
    /// Nodes that lie in the frame.
    std::vector<std::string> nodesIn(const FrameItem& frame) const;

    void placeNode(const std::string& slug, QPointF place);  ///< without an edit; its wires follow
    /// While something is dragged, places are not the document's.
    void holdPlaces(bool held) { held_ = held; }
    void restorePlaces();  ///< those of the document
    void markPort(const std::optional<PortEnd>& end);
    const std::optional<PortEnd>& markedPort() const { return markedPort_; }
    void markWire(WireItem* wire);
    WireItem* markedWire() const { return markedWire_; }

    /// Around all nodes and frames.
    QRectF contentRect() const;
    /// Everything in light colours at full detail, on white.
    void paintForExport(QPainter& painter, const QRectF& target, const QRectF& source);
    /// Another look: all is painted anew.
    void refreshLook();

  signals:
    void mirrored();  ///< items have been added, removed, moved or changed
    /// Once for a change of the selection, however many items it is of.
    void selectionSettled();

  private:
    void mirror();
    void mirrorNodes(const class ContentMaker& maker);
    void mirrorWires(const class ContentMaker& maker);
    void mirrorFrames();
    void placeWire(WireItem& wire);
    void takeSelection();
    void giveSelection();
    void showPointedBranch();

    Session& session_;
    NodeStates* states_;
    CanvasLook canvas_;
    std::map<std::string, NodeItem*> nodes_;
    std::map<graph::Wire, WireItem*> wires_;
    std::multimap<std::string, WireItem*> wiresOf_;  ///< by the slug of either end
    std::vector<FrameItem*> frames_;
    std::optional<PortEnd> markedPort_;
    WireItem* markedWire_ = nullptr;
    bool held_ = false;
    bool selecting_ = false;  ///< the selection is being taken over: what it causes is no news
};

}  // namespace ratescope::views
