#include "views/graph/graph_scene.h"

#include "views/graph/content_maker.h"

#include <QPainter>
#include <utility>

namespace ratescope::views {

GraphScene::GraphScene(Session& session, QObject* parent)
    : QGraphicsScene(parent), session_(session), states_(new NodeStates(session, this)) {
    constexpr double far = 100'000;
    setSceneRect(-far, -far, 2 * far, 2 * far);
    connect(&session_.document, &OpenDocument::changed, this, &GraphScene::mirror);
    connect(&session_.document, &OpenDocument::derivedChanged, this, &GraphScene::mirror);
    connect(states_, &NodeStates::changed, this, &GraphScene::mirror);
    connect(&session_.selection, &Selection::anchorChanged, this, &GraphScene::mirror);
    connect(&session_.selection, &Selection::nodesChanged, this, &GraphScene::takeSelection);
    connect(&session_.selection, &Selection::pointedBranchChanged, this, &GraphScene::showPointedBranch);
    connect(this, &QGraphicsScene::selectionChanged, this, &GraphScene::giveSelection);
    mirror();
}

GraphScene::~GraphScene() {
    // Items that go with the scene are no change of the selection.
    disconnect(this, &QGraphicsScene::selectionChanged, this, &GraphScene::giveSelection);
}

void GraphScene::mirror() {
    const ContentMaker maker(session_, *states_);
    selecting_ = true;
    mirrorNodes(maker);
    mirrorWires(maker);
    mirrorFrames();
    selecting_ = false;
    takeSelection();
    emit mirrored();
}

void GraphScene::mirrorNodes(const ContentMaker& maker) {
    const graph::Document& document = session_.document.document();
    std::set<std::string> there;
    for (const graph::Node& node : document.nodes) {
        there.insert(node.slug);
        NodeItem*& item = nodes_[node.slug];
        if (!item) {
            item = new NodeItem(canvas_);
            addItem(item);
        }
        if (NodeContent content = maker.of(node); content != item->content())
            item->setContent(std::move(content));
        if (!held_) item->setPos(node.x, node.y);
    }
    for (auto one = nodes_.begin(); one != nodes_.end();) {
        if (there.count(one->first)) {
            ++one;
            continue;
        }
        if (markedPort_ && markedPort_->port.node == one->first) markedPort_.reset();
        delete one->second;
        one = nodes_.erase(one);
    }
}

void GraphScene::mirrorWires(const ContentMaker& maker) {
    const graph::Document& document = session_.document.document();
    const std::set<graph::Wire> there(document.wires.begin(), document.wires.end());
    for (auto one = wires_.begin(); one != wires_.end();) {
        if (there.count(one->first)) {
            ++one;
            continue;
        }
        if (markedWire_ == one->second) markedWire_ = nullptr;
        delete one->second;
        one = wires_.erase(one);
    }
    wiresOf_.clear();
    for (const graph::Wire& wire : document.wires) {
        WireContent content = maker.of(wire);
        WireItem*& item = wires_[wire];
        if (!item) {
            item = new WireItem(canvas_, content);
            addItem(item);
        }
        if (content != item->content()) item->setContent(content);
        wiresOf_.emplace(wire.from.node, item);
        wiresOf_.emplace(wire.to.node, item);
        placeWire(*item);
    }
}

void GraphScene::mirrorFrames() {
    const std::vector<graph::Frame>& frames = session_.document.document().frames;
    while (frames_.size() > frames.size()) {
        delete frames_.back();
        frames_.pop_back();
    }
    while (frames_.size() < frames.size()) {
        frames_.push_back(new FrameItem(canvas_, frames_.size()));
        addItem(frames_.back());
    }
    for (std::size_t i = 0; i < frames.size(); ++i)
        if (frames[i] != frames_[i]->frame())
            frames_[i]->setFrame(frames[i]);
        else if (!held_)
            frames_[i]->setRect(QRectF(frames[i].x, frames[i].y, frames[i].width, frames[i].height));
}

void GraphScene::placeWire(WireItem& wire) {
    const NodeItem* from = node(wire.wire().from.node);
    const NodeItem* to = node(wire.wire().to.node);
    const auto start = from ? from->anchorOf({wire.wire().from, true}) : std::nullopt;
    const auto end = to ? to->anchorOf({wire.wire().to, false}, &wire.wire()) : std::nullopt;
    // A port that no installed plugin has is nowhere: the wire ends at its node's corner.
    wire.setVisible(from && to);
    if (from && to)
        wire.setEnds(start.value_or(from->sceneBox().topRight()), end.value_or(to->sceneBox().topLeft()));
}

NodeItem* GraphScene::node(const std::string& slug) const {
    const auto found = nodes_.find(slug);
    return found == nodes_.end() ? nullptr : found->second;
}

WireItem* GraphScene::wire(const graph::Wire& wire) const {
    const auto found = wires_.find(wire);
    return found == wires_.end() ? nullptr : found->second;
}

std::vector<WireItem*> GraphScene::wires() const {
    std::vector<WireItem*> all;
    for (const auto& [wire, item] : wires_)
        all.push_back(item);
    return all;
}

std::vector<std::string> GraphScene::selectedNodes() const {
    std::vector<std::string> slugs;
    for (const graph::Node& one : session_.document.document().nodes)
        if (const NodeItem* item = node(one.slug); item && item->isSelected()) slugs.push_back(one.slug);
    return slugs;
}

std::vector<graph::Wire> GraphScene::selectedWires() const {
    std::vector<graph::Wire> selected;
    for (const auto& [wire, item] : wires_)
        if (item->isSelected()) selected.push_back(wire);
    return selected;
}

std::set<std::size_t> GraphScene::selectedFrames() const {
    std::set<std::size_t> selected;
    for (const FrameItem* frame : frames_)
        if (frame->isSelected()) selected.insert(frame->index());
    return selected;
}

NodeRects GraphScene::rectsOf(const std::vector<std::string>& slugs) const {
    NodeRects rects;
    for (const std::string& slug : slugs)
        if (const NodeItem* item = node(slug)) rects[slug] = item->sceneBox();
    return rects;
}

std::vector<std::string> GraphScene::nodesIn(const FrameItem& frame) const {
    std::vector<std::string> slugs;
    for (const auto& [slug, item] : nodes_)
        if (frame.rect().contains(item->sceneBox().center())) slugs.push_back(slug);
    return slugs;
}

void GraphScene::selectNodes(const std::set<std::string>& slugs) {
    session_.selection.setNodes(slugs);
    takeSelection();
}

void GraphScene::selectFrame(std::size_t index) {
    clearSelection();
    frames_.at(index)->setSelected(true);
}

void GraphScene::setOnlyNodesSelectable(bool only) {
    for (const auto& [wire, item] : wires_)
        item->setFlag(QGraphicsItem::ItemIsSelectable, !only);
    for (FrameItem* frame : frames_)
        frame->setFlag(QGraphicsItem::ItemIsSelectable, !only);
}

void GraphScene::takeSelection() {
    if (std::exchange(selecting_, true)) return;
    for (const auto& [slug, item] : nodes_)
        item->setSelected(session_.selection.nodes().count(slug) != 0);
    selecting_ = false;
    emit selectionSettled();
}

void GraphScene::giveSelection() {
    if (selecting_) return;
    std::set<std::string> slugs;
    for (const auto& [slug, item] : nodes_)
        if (item->isSelected()) slugs.insert(slug);
    selecting_ = true;
    session_.selection.setNodes(std::move(slugs));
    selecting_ = false;
    emit selectionSettled();
}

void GraphScene::showPointedBranch() {
    canvas_.pointedBranch = session_.selection.pointedBranch();
    for (const auto& [wire, item] : wires_)
        if (item->content().branch) item->update();
    for (const auto& [slug, item] : nodes_)
        if (!item->geometry().candidates.empty()) item->update();
}

void GraphScene::placeNode(const std::string& slug, QPointF place) {
    NodeItem* item = node(slug);
    if (!item) return;
    item->setPos(place);
    const auto [first, last] = wiresOf_.equal_range(slug);
    for (auto wire = first; wire != last; ++wire)
        placeWire(*wire->second);
}

void GraphScene::restorePlaces() {
    for (const graph::Node& one : session_.document.document().nodes)
        placeNode(one.slug, {one.x, one.y});
    mirrorFrames();
}

void GraphScene::markPort(const std::optional<PortEnd>& end) {
    if (markedPort_ == end) return;
    if (markedPort_)
        if (NodeItem* item = node(markedPort_->port.node)) item->setMarkedPort(std::nullopt);
    markedPort_ = end;
    if (end)
        if (NodeItem* item = node(end->port.node)) item->setMarkedPort(end);
}

void GraphScene::markWire(WireItem* wire) {
    if (markedWire_ == wire) return;
    if (markedWire_) markedWire_->setMarked(false);
    markedWire_ = wire;
    if (wire) wire->setMarked(true);
}

QRectF GraphScene::contentRect() const {
    QRectF rect;
    for (const auto& [slug, item] : nodes_)
        rect = rect.united(item->sceneBox());
    for (const FrameItem* frame : frames_)
        rect = rect.united(frame->rect());
    return rect;
}

void GraphScene::paintForExport(QPainter& painter, const QRectF& target, const QRectF& source) {
    const CanvasLook before = std::exchange(canvas_, CanvasLook{Look::Light, true, {}});
    render(&painter, target, source);
    canvas_ = before;
}

void GraphScene::refreshLook() {
    canvas_.look = currentLook();
    for (const auto& [slug, item] : nodes_)
        item->update();
    update();
}

}  // namespace ratescope::views
