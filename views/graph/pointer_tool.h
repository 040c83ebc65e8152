#pragma once

// What the pointer is doing on the canvas from press to release: moving nodes and frames, sizing a frame, drawing or
// taking off a wire, panning. Nothing is edited before the release.

#include "views/graph/graph_scene.h"

#include <QGraphicsPathItem>
#include <QPoint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

class QMouseEvent;

namespace ratescope::views {

class GraphView;

class PointerTool {
  public:
    explicit PointerTool(GraphView& view);
    ~PointerTool();

    /// Each says whether it has dealt with the event; else it is the canvas' own (rubber band).
    bool press(const QMouseEvent& event);
    bool move(const QMouseEvent& event);
    bool release(const QMouseEvent& event);
    /// Back to how things were.
    void cancel();
    bool isBusy() const { return doing_ != Doing::Nothing; }
    void setPanning(bool wanted);  ///< the space bar is held

  private:
    enum class Doing { Nothing, Pressing, Moving, Sizing, Wiring, Panning };

    GraphScene& scene() const;
    QPointF scenePoint(const QMouseEvent& event) const;
    bool pressItem(const QMouseEvent& event, QPointF point);
    void select(QGraphicsItem& item, const QMouseEvent& event);
    void beginMove();
    void followMove(QPointF point);
    void endMove();
    void endSizing();
    void beginWire(const PortEnd& fixed, const std::optional<graph::Wire>& taken);
    void followWire(QPointF point, QPoint inView);
    void endWire(QPointF point, QPoint inView);
    /// The port that the wire would end at: the one under the pointer, or that of the node which fits best.
    std::optional<PortEnd> targetAt(QPointF point) const;
    std::string whyNot(const PortEnd& target) const;
    graph::Wire wireTo(const PortEnd& target) const;
    std::vector<graph::Frame> framesNow() const;
    void finish();

    GraphView& view_;
    Doing doing_ = Doing::Nothing;
    bool spaceHeld_ = false;
    QPoint pressed_, last_;  ///< in the viewport
    QPointF start_;          ///< in the scene

    std::map<std::string, QPointF> places_;  ///< of what is moved, at first
    std::map<std::size_t, QRectF> rects_;    ///< of frames that are moved or sized, at first
    std::optional<std::string> lone_;        ///< one node without wires is moved: it may go on a wire
    std::optional<std::size_t> sized_;       ///< frame

    std::optional<PortEnd> fixed_;      ///< end of the wire that stays
    std::optional<graph::Wire> taken_;  ///< the wire that is taken off
    std::unique_ptr<QGraphicsPathItem> rubber_;
};

}  // namespace ratescope::views
