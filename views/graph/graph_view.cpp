#include "views/graph/graph_view.h"

#include "views/graph/bubble.h"
#include "views/graph/graph_look.h"
#include "views/theme/mixed.h"

#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QVector>
#include <algorithm>
#include <cmath>

namespace ratescope::views {

GraphView::GraphView(GraphScene& scene, QWidget* parent)
    : QGraphicsView(&scene, parent), scene_(scene), tool_(*this), bubble_(new Bubble(this)) {
    setObjectName("graph-canvas");
    setAccessibleName(tr("Graph"));
    setAccessibleDescription(
        tr("The nodes of the study and the wires between them. The outline shows the same as a tree."));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setDragMode(QGraphicsView::RubberBandDrag);
    setRubberBandSelectionMode(Qt::IntersectsItemBoundingRect);
    setViewportUpdateMode(QGraphicsView::SmartViewportUpdate);
    setOptimizationFlags(QGraphicsView::DontAdjustForAntialiasing);
    setTransformationAnchor(QGraphicsView::NoAnchor);
    setResizeAnchor(QGraphicsView::NoAnchor);
    setFocusPolicy(Qt::StrongFocus);
    setAcceptDrops(true);
    viewport()->setMouseTracking(true);
    connect(&scene_, &GraphScene::mirrored, this, &GraphView::viewChanged);
    connect(&session().document, &OpenDocument::changed, bubble_, &QWidget::hide);
}

double GraphView::zoom() const {
    return transform().m11();
}

void GraphView::zoomAround(double zoom, QPointF point) {
    const double wanted = std::clamp(zoom, leastZoom, mostZoom);
    if (qFuzzyCompare(wanted, this->zoom())) return;
    const QPointF before = mapToScene(point.toPoint());
    setTransform(QTransform::fromScale(wanted, wanted));
    const QPointF moved = (before - mapToScene(point.toPoint())) * wanted;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() +
                                    static_cast<int>(std::lround(moved.x())));
    verticalScrollBar()->setValue(verticalScrollBar()->value() + static_cast<int>(std::lround(moved.y())));
    emit zoomChanged(wanted);
    emit viewChanged();
}

void GraphView::setZoom(double zoom) {
    zoomAround(zoom, QRectF(viewport()->rect()).center());
}

void GraphView::fit(const QRectF& rect) {
    constexpr double margin = 32;
    if (rect.isEmpty()) return;
    const QRectF wanted = rect.adjusted(-margin, -margin, margin, margin);
    const double zoom =
        std::min({viewport()->width() / wanted.width(), viewport()->height() / wanted.height(), 1.0});
    setTransform(QTransform::fromScale(std::max(zoom, leastZoom), std::max(zoom, leastZoom)));
    centerOn(wanted.center());
    emit zoomChanged(this->zoom());
    emit viewChanged();
}

void GraphView::showAll() {
    fit(scene_.contentRect());
}

void GraphView::frameSelection() {
    QRectF rect;
    for (const auto& [slug, box] : scene_.rectsOf(scene_.selectedNodes()))
        rect = rect.united(box);
    for (const std::size_t frame : scene_.selectedFrames())
        rect = rect.united(scene_.frames()[frame]->rect());
    if (rect.isEmpty())
        showAll();
    else
        fit(rect);
}

QRectF GraphView::visibleScene() const {
    return mapToScene(viewport()->rect()).boundingRect();
}

QPointF GraphView::placeForNew() const {
    const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
    const bool over = viewport()->rect().contains(pointer) && viewport()->underMouse();
    return mapToScene(over ? pointer : viewport()->rect().center());
}

void GraphView::refuse(const QString& reason, QPoint point) {
    bubble_->say(reason, viewport()->mapTo(this, point), false);
}

void GraphView::drawBackground(QPainter* painter, const QRectF& rect) {
    painter->fillRect(rect, colour(Token::Canvas));
    // Fewer of them far away, so that they stay a ground and cost nothing.
    double step = node_size::dots;
    while (step * zoom() < 12)
        step *= 2;
    QVector<QPointF> dots;
    const double left = std::floor(rect.left() / step) * step, top = std::floor(rect.top() / step) * step;
    for (double y = top; y <= rect.bottom(); y += step)
        for (double x = left; x <= rect.right(); x += step)
            dots += QPointF(x, y);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(QPen(mixed(colour(Token::Canvas), colour(Token::Muted), 0.3), 0));
    painter->drawPoints(dots.constData(), static_cast<int>(dots.size()));
}

void GraphView::scrollContentsBy(int dx, int dy) {
    QGraphicsView::scrollContentsBy(dx, dy);
    emit viewChanged();
}

void GraphView::resizeEvent(QResizeEvent* event) {
    QGraphicsView::resizeEvent(event);
    emit viewChanged();
}

bool GraphView::event(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) scene_.refreshLook();
    return QGraphicsView::event(event);
}

bool GraphView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        showToolTip(static_cast<QHelpEvent&>(*event));
        return true;
    }
    return QGraphicsView::viewportEvent(event);
}

void GraphView::showToolTip(QHelpEvent& event) {
    const QString text = scene_.toolTipAt(mapToScene(event.pos()));
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(event.globalPos(), text, viewport());
}

}  // namespace ratescope::views
