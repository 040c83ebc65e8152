#include "views/graph/pointer_tool.h"

#include "core/graph/validate.h"
#include "views/graph/bubble.h"
#include "views/graph/graph_look.h"
#include "views/graph/graph_view.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPen>
#include <QScrollBar>
#include <cmath>

namespace ratescope::views {
namespace {

double snapped(double value) {
    return std::round(value / node_size::snap) * node_size::snap;
}

}  // namespace

PointerTool::PointerTool(GraphView& view) : view_(view) {}

PointerTool::~PointerTool() = default;

GraphScene& PointerTool::scene() const {
    return view_.graph();
}

QPointF PointerTool::scenePoint(const QMouseEvent& event) const {
    return view_.mapToScene(event.pos());
}

void PointerTool::setPanning(bool wanted) {
    spaceHeld_ = wanted;
    if (doing_ == Doing::Nothing) view_.viewport()->setCursor(wanted ? Qt::OpenHandCursor : Qt::ArrowCursor);
}

bool PointerTool::press(const QMouseEvent& event) {
    if (doing_ != Doing::Nothing) return true;
    pressed_ = last_ = event.pos();
    start_ = scenePoint(event);
    view_.bubble().hide();
    if (event.button() == Qt::MiddleButton || (event.button() == Qt::LeftButton && spaceHeld_)) {
        doing_ = Doing::Panning;
        view_.viewport()->setCursor(Qt::ClosedHandCursor);
        return true;
    }
    return event.button() == Qt::LeftButton && pressItem(event, start_);
}

bool PointerTool::pressItem(const QMouseEvent& event, QPointF point) {
    if (const auto wire = scene().wireEndAt(point)) {
        beginWire({wire->from, true}, wire);
        return true;
    }
    if (const auto port = scene().portAt(point)) {
        beginWire(*port, std::nullopt);
        return true;
    }
    if (NodeItem* node = scene().nodeAt(point)) {
        select(*node, event);
        doing_ = Doing::Pressing;
        return true;
    }
    if (FrameItem* frame = scene().frameAt(point); frame && frame->isHandle(point)) {
        select(*frame, event);
        doing_ = Doing::Pressing;
        if (frame->isCorner(point)) {
            sized_ = frame->index();
            rects_[*sized_] = frame->rect();
            doing_ = Doing::Sizing;
        }
        return true;
    }
    if (WireItem* wire = scene().wireAt(point, 3 / view_.zoom())) {
        select(*wire, event);
        return true;
    }
    return false;
}

void PointerTool::select(QGraphicsItem& item, const QMouseEvent& event) {
    if (event.modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)) {
        item.setSelected(!item.isSelected());
        return;
    }
    if (item.isSelected()) return;
    scene().clearSelection();
    item.setSelected(true);
}

bool PointerTool::move(const QMouseEvent& event) {
    const QPointF point = scenePoint(event);
    switch (doing_) {
        case Doing::Nothing:
            return false;
        case Doing::Panning: {
            const QPoint by = event.pos() - last_;
            last_ = event.pos();
            view_.horizontalScrollBar()->setValue(view_.horizontalScrollBar()->value() - by.x());
            view_.verticalScrollBar()->setValue(view_.verticalScrollBar()->value() - by.y());
            return true;
        }
        case Doing::Pressing:
            if ((event.pos() - pressed_).manhattanLength() < QApplication::startDragDistance()) return true;
            beginMove();
            [[fallthrough]];
        case Doing::Moving:
            followMove(point);
            return true;
        case Doing::Sizing: {
            QRectF rect = rects_.at(*sized_);
            rect.setRight(std::max(snapped(point.x()), rect.left() + 120));
            rect.setBottom(std::max(snapped(point.y()), rect.top() + 60));
            scene().frames()[*sized_]->setRect(rect);
            return true;
        }
        case Doing::Wiring:
            followWire(point, event.pos());
            return true;
    }
    return false;
}

bool PointerTool::release(const QMouseEvent& event) {
    const Doing was = doing_;
    if (was == Doing::Nothing) return false;
    if (was == Doing::Moving) endMove();
    if (was == Doing::Sizing) endSizing();
    if (was == Doing::Wiring) endWire(scenePoint(event), event.pos());
    finish();
    return true;
}

void PointerTool::cancel() {
    if (doing_ == Doing::Nothing) return;
    view_.bubble().hide();
    finish();
}

void PointerTool::finish() {
    doing_ = Doing::Nothing;
    rubber_.reset();
    fixed_.reset();
    taken_.reset();
    lone_.reset();
    sized_.reset();
    scene().markPort(std::nullopt);
    scene().markWire(nullptr);
    scene().holdPlaces(false);
    // After an edit they are where they were left; without one they go back.
    if (!places_.empty() || !rects_.empty()) scene().restorePlaces();
    places_.clear();
    rects_.clear();
    view_.viewport()->setCursor(spaceHeld_ ? Qt::OpenHandCursor : Qt::ArrowCursor);
    emit view_.viewChanged();
}

void PointerTool::beginMove() {
    doing_ = Doing::Moving;
    scene().holdPlaces(true);
    const auto add = [this](const std::string& slug) {
        if (const NodeItem* node = scene().node(slug)) places_[slug] = node->pos();
    };
    for (const std::string& slug : scene().selectedNodes())
        add(slug);
    for (const std::size_t index : scene().selectedFrames()) {
        const FrameItem& frame = *scene().frames()[index];
        rects_[index] = frame.rect();
        for (const std::string& slug : scene().nodesIn(frame))
            add(slug);
    }
    if (places_.size() != 1 || !rects_.empty()) return;
    const std::string& slug = places_.begin()->first;
    for (const WireItem* wire : scene().wires())
        if (wire->wire().from.node == slug || wire->wire().to.node == slug) return;
    lone_ = slug;
}

void PointerTool::followMove(QPointF point) {
    const QPointF by(snapped(point.x() - start_.x()), snapped(point.y() - start_.y()));
    for (const auto& [slug, place] : places_)
        scene().placeNode(slug, place + by);
    for (const auto& [index, rect] : rects_)
        scene().frames()[index]->setRect(rect.translated(by));
    if (lone_) {
        const NodeItem& node = *scene().node(*lone_);
        WireItem* wire = scene().wireAt(node.sceneBox().center(), 40);
        const graph::Document& document = view_.session().document.document();
        const bool fits = wire && insertOnWire(document, view_.session().document.catalogue(),
                                               *document.find(*lone_), wire->wire(), false);
        scene().markWire(fits ? wire : nullptr);
    }
    emit view_.viewChanged();
}

std::vector<graph::Frame> PointerTool::framesNow() const {
    std::vector<graph::Frame> frames = view_.session().document.document().frames;
    for (const auto& [index, rect] : rects_) {
        const QRectF now = scene().frames()[index]->rect();
        frames[index].x = now.x();
        frames[index].y = now.y();
        frames[index].width = now.width();
        frames[index].height = now.height();
    }
    return frames;
}

void PointerTool::endMove() {
    std::map<std::string, QPointF> places;
    for (const auto& [slug, place] : places_)
        places[slug] = scene().node(slug)->pos();
    OpenDocument& document = view_.session().document;
    auto edit =
        moveAll(document.document(), places, rects_.empty() ? std::nullopt : std::optional(framesNow()));
    if (const WireItem* wire = scene().markedWire(); wire && lone_) {
        auto insertion = insertOnWire(document.document(), document.catalogue(),
                                      *document.document().find(*lone_), wire->wire(), false);
        const std::string title = insertion->title();
        std::vector<std::unique_ptr<graph::Edit>> edits;
        if (edit) edits.push_back(std::move(edit));
        edits.push_back(std::move(insertion));
        edit = graph::together(title, std::move(edits));
    }
    scene().holdPlaces(false);
    if (edit) document.apply(std::move(edit));
}

void PointerTool::endSizing() {
    std::vector<graph::Frame> frames = framesNow();
    if (frames != view_.session().document.document().frames)
        view_.session().document.apply(graph::setFrames(std::move(frames)));
}

void PointerTool::beginWire(const PortEnd& fixed, const std::optional<graph::Wire>& taken) {
    doing_ = Doing::Wiring;
    fixed_ = fixed;
    taken_ = taken;
}

graph::Wire PointerTool::wireTo(const PortEnd& target) const {
    return fixed_->isOutput ? graph::Wire{fixed_->port, target.port} : graph::Wire{target.port, fixed_->port};
}

std::string PointerTool::whyNot(const PortEnd& target) const {
    const OpenDocument& document = view_.session().document;
    if (target.isOutput == fixed_->isOutput)
        return QCoreApplication::translate("PointerTool", fixed_->isOutput
                                                              ? "A wire leads from an output to an input."
                                                              : "A wire leads to an input from an output.")
            .toStdString();
    const graph::Wire wire = wireTo(target);
    if (taken_ && *taken_ == wire) return "";
    for (const graph::Wire& other : document.document().wires)
        if (other == wire)
            return QCoreApplication::translate("PointerTool", "They are connected already.").toStdString();
    return graph::whyNotWired(document.document(), document.catalogue(), wire.from, wire.to);
}

std::optional<PortEnd> PointerTool::targetAt(QPointF point) const {
    if (auto port = scene().portAt(point)) {
        if (*port == *fixed_) return std::nullopt;
        return port;
    }
    const NodeItem* node = scene().nodeAt(point);
    if (!node || node->slug() == fixed_->port.node) return std::nullopt;
    std::optional<PortEnd> first, open;
    for (const PortEnd& end :
         fittingEnds(view_.session().document.document(), view_.session().document.catalogue(), *fixed_)) {
        if (end.port.node != node->slug()) continue;
        if (!first) first = end;
        if (!open && !end.isOutput && view_.session().document.document().wiresInto(end.port).empty())
            open = end;
    }
    if (open) return open;
    if (first) return first;
    // Nothing of it fits: its first port says why.
    for (const PortPlace& port : node->geometry().ports)
        if (port.end.isOutput != fixed_->isOutput) return port.end;
    return std::nullopt;
}

void PointerTool::followWire(QPointF point, QPoint inView) {
    if (!rubber_) {
        if ((inView - pressed_).manhattanLength() < QApplication::startDragDistance()) return;
        rubber_ = std::make_unique<QGraphicsPathItem>();
        rubber_->setZValue(3);
        QPen pen(colour(Token::Accent), 2);
        rubber_->setPen(pen);
        scene().addItem(rubber_.get());
    }
    const NodeItem* node = scene().node(fixed_->port.node);
    // From the glyph's edge, so that its letter stays to be read.
    const QPointF edge((fixed_->isOutput ? 0.5 : -0.5) * node_size::glyph, 0);
    const QPointF fixed = (node ? node->anchorOf(*fixed_).value_or(start_) : start_) + edge;
    const auto target = targetAt(point);
    const std::string reason = target ? whyNot(*target) : "";
    scene().markPort(target && reason.empty() ? target : std::nullopt);
    QPointF free = point;
    if (target && reason.empty())
        if (const NodeItem* other = scene().node(target->port.node))
            free = other->anchorOf(*target).value_or(point);
    rubber_->setPath(fixed_->isOutput ? wirePath(fixed, free) : wirePath(free, fixed));
    if (reason.empty())
        view_.bubble().hide();
    else
        view_.bubble().say(QString::fromStdString(reason), view_.viewport()->mapTo(&view_, inView), true);
}

void PointerTool::endWire(QPointF point, QPoint inView) {
    if (!rubber_) return;
    OpenDocument& document = view_.session().document;
    const auto target = targetAt(point);
    if (!target) {
        if (taken_)
            document.apply(graph::disconnect(*taken_));
        else if (!scene().nodeAt(point))
            emit view_.searchAsked(point, fixed_);
        return;
    }
    if (const std::string reason = whyNot(*target); !reason.empty()) {
        view_.refuse(QString::fromStdString(reason), inView);
        return;
    }
    const graph::Wire wire = wireTo(*target);
    if (taken_ && *taken_ == wire) return;
    document.apply(taken_ ? rewire(document.document(), document.catalogue(), *taken_, wire)
                          : connectPorts(document.document(), document.catalogue(), wire));
}

}  // namespace ratescope::views
