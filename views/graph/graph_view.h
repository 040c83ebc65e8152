#pragma once

// The canvas: zoom, pan, what keys and the pointer do to the scene. Edits the document through the session.

#include "views/graph/graph_scene.h"
#include "views/graph/pointer_tool.h"

#include <QGraphicsView>
#include <optional>

namespace ratescope::views {

class Bubble;

class GraphView : public QGraphicsView {
    Q_OBJECT

  public:
    GraphView(GraphScene& scene, QWidget* parent);

    GraphScene& graph() const { return scene_; }
    Session& session() const { return scene_.session(); }
    Bubble& bubble() const { return *bubble_; }

    static constexpr double leastZoom = 0.1, mostZoom = 4;
    double zoom() const;
    /// The point of the viewport stays where it is.
    void zoomAround(double zoom, QPointF point);
    void setZoom(double zoom);  ///< about the middle
    void showAll();
    void frameSelection();
    QRectF visibleScene() const;
    /// Where a node comes that is asked for by a key: the pointer if it is on the canvas, else the middle.
    QPointF placeForNew() const;

    void walk(Qt::Key arrow);  ///< to the next port or along a wire
    void moveSelection(QPointF by);
    void refuse(const QString& reason, QPoint point);

  signals:
    void zoomChanged(double zoom);
    void viewChanged();  ///< what part of the scene is seen, or where something is dragged
    void searchAsked(QPointF scenePoint, const std::optional<ratescope::views::PortEnd>& end);
    void frameEditAsked(std::size_t frame);
    void connectAsked(const ratescope::views::PortEnd& end, QPoint point);  ///< in the viewport
    void menuAsked(QPoint globalPoint);
    void filesDropped(const QStringList& files, QPointF scenePoint);
    void nodeDropped(const QString& type, QPointF scenePoint);

  protected:
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void resizeEvent(QResizeEvent* event) override;
    bool focusNextPrevChild(bool next) override;

  private:
    void fit(const QRectF& rect);
    void showToolTip(class QHelpEvent& event);

    GraphScene& scene_;
    PointerTool tool_;
    Bubble* bubble_;
};

}  // namespace ratescope::views
