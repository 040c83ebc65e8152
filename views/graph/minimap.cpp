#include "views/graph/minimap.h"

#include "views/graph/graph_look.h"
#include "views/graph/graph_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {

Minimap::Minimap(GraphView& view, QWidget* parent) : QWidget(parent), view_(view) {
    setObjectName("minimap");
    setAccessibleName(tr("Minimap"));
    setToolTip(tr("The whole graph. Press or drag to look elsewhere."));
    resize(Minimap::sizeHint());
    connect(&view_, &GraphView::viewChanged, this, qOverload<>(&QWidget::update));
    connect(&view_.graph(), &GraphScene::selectionSettled, this, qOverload<>(&QWidget::update));
}

QTransform Minimap::sceneToHere() const {
    constexpr double margin = 4;
    QRectF all = view_.graph().contentRect().united(view_.visibleScene());
    // A view that has wandered far off does not make the graph too small to be seen.
    const QRectF content = view_.graph().contentRect();
    if (!content.isEmpty())
        all = all.intersected(content.adjusted(-content.width() - 600, -content.height() - 400,
                                               content.width() + 600, content.height() + 400));
    const double scale = std::min((width() - 2 * margin) / std::max(all.width(), 1.0),
                                  (height() - 2 * margin) / std::max(all.height(), 1.0));
    QTransform transform;
    transform.translate(width() / 2.0, height() / 2.0);
    transform.scale(scale, scale);
    transform.translate(-all.center().x(), -all.center().y());
    return transform;
}

void Minimap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(colour(Token::Line));
    painter.setBrush(colour(Token::Surface));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    painter.setClipRect(rect().adjusted(1, 1, -1, -1));
    const QTransform here = sceneToHere();
    for (const FrameItem* frame : view_.graph().frames())
        painter.fillRect(here.mapRect(frame->rect()), colour(Token::Line));
    for (const auto& [slug, node] : view_.graph().nodes()) {
        const QRectF place = here.mapRect(node->sceneBox());
        painter.fillRect(place, kindColour(node->content().kind));
        if (node->isSelected()) {
            painter.setPen(QPen(colour(Token::Accent), 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(place);
        }
    }
    painter.setPen(QPen(colour(Token::Accent), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(
        here.mapRect(view_.visibleScene()).intersected(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5)));
}

void Minimap::goTo(QPointF point) {
    view_.centerOn(sceneToHere().inverted().map(point));
}

void Minimap::mousePressEvent(QMouseEvent* event) {
    goTo(event->position());
}

void Minimap::mouseMoveEvent(QMouseEvent* event) {
    goTo(event->position());
}

}  // namespace ratescope::views
