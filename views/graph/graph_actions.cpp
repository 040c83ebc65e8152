#include "views/graph/graph_actions.h"

#include "views/theme/icon.h"

#include <QApplication>
#include <QClipboard>
#include <QMimeData>
#include <algorithm>
#include <set>

namespace ratescope::views {
namespace {

constexpr double zoomStep = 1.25, pasteStep = 24;

}  // namespace

GraphActions::GraphActions(GraphView& view) : QObject(&view), view_(view) {
    make();
    makePlaces();
    // After a change of the document the selection settles, too.
    connect(&view_.graph(), &GraphScene::selectionSettled, this, &GraphActions::enable);
    enable();
}

QAction* GraphActions::add(const char* name, const QString& text, const QString& toolTip,
                           const QKeySequence& key, const QString& iconName, void (GraphActions::*slot)()) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    const QString keyText = key.toString(QKeySequence::NativeText);
    action->setToolTip(keyText.isEmpty() ? toolTip : toolTip + " (" + keyText + ")");
    action->setStatusTip(toolTip);
    if (!iconName.isEmpty()) action->setIcon(icon(iconName));
    connect(action, &QAction::triggered, this, slot);
    view_.addAction(action);
    all_ += action;
    return action;
}

void GraphActions::make() {
    add("graph.add-node", tr("Add node…"), tr("Search for a node and add it"), Qt::Key_Tab, "add",
        &GraphActions::addAsked);
    add("graph.connect", tr("Connect…"), tr("Connect a port of the selected node to one that fits"),
        Qt::Key_C, "link", &GraphActions::connectAsked);
    add("graph.delete", tr("Delete"), tr("Delete what is selected"), QKeySequence::Delete, "delete",
        &GraphActions::remove)
        ->setShortcuts({QKeySequence(Qt::Key_Delete), QKeySequence(Qt::Key_Backspace)});
    add("graph.cut", tr("Cut"), tr("Cut the selected nodes"), QKeySequence::Cut, "", &GraphActions::cut);
    add("graph.copy", tr("Copy"), tr("Copy the selected nodes with the wires and sweeps among them"),
        QKeySequence::Copy, "copy", &GraphActions::copySelection);
    add("graph.paste", tr("Paste"), tr("Paste nodes, also from another document"), QKeySequence::Paste, "",
        &GraphActions::pasteHere);
    add("graph.duplicate", tr("Duplicate"), tr("Duplicate the selected nodes"), Qt::CTRL | Qt::Key_D, "",
        &GraphActions::duplicate);
    add("graph.select-all", tr("Select all nodes"), tr("Select all nodes"), QKeySequence::SelectAll, "",
        &GraphActions::selectAll);
    add("graph.bypass", tr("Bypass"), tr("Let values pass the selected nodes as if they were not there"),
        Qt::Key_B, "bypass", &GraphActions::bypass);
    add("graph.export", tr("Export graph…"), tr("Write the whole graph as SVG or PNG"),
        Qt::CTRL | Qt::SHIFT | Qt::Key_E, "export", &GraphActions::exportAsked);
}

void GraphActions::makePlaces() {
    add("graph.add-frame", tr("Frame with comment"),
        tr("Add a frame with a comment around the selected nodes"), Qt::CTRL | Qt::Key_G, "frame",
        &GraphActions::frame);
    add("graph.edit-frame", tr("Edit frame…"), tr("Edit title and comment of the selected frame"), Qt::Key_F2,
        "note", &GraphActions::editFrame);
    add("graph.next-frame", tr("Select next frame"), tr("Select the next frame, to move, edit or delete it"),
        Qt::SHIFT | Qt::Key_F2, "", &GraphActions::nextFrame);
    add("graph.align-left", tr("Align left"), tr("Align the selected nodes at their left edges"),
        Qt::CTRL | Qt::SHIFT | Qt::Key_L, "align", &GraphActions::alignLeft);
    add("graph.align-top", tr("Align top"), tr("Align the selected nodes at their top edges"),
        Qt::CTRL | Qt::SHIFT | Qt::Key_T, "", &GraphActions::alignTop);
    add("graph.distribute-across", tr("Distribute across"),
        tr("Equal gaps between the selected nodes, across"), Qt::CTRL | Qt::SHIFT | Qt::Key_H, "",
        &GraphActions::distributeAcross);
    add("graph.distribute-down", tr("Distribute down"), tr("Equal gaps between the selected nodes, down"),
        Qt::CTRL | Qt::SHIFT | Qt::Key_V, "", &GraphActions::distributeDown);
    add("graph.frame-selection", tr("Fit selection"), tr("Show the selected nodes as large as they fit"),
        Qt::Key_F, "", &GraphActions::frameSelection);
    add("graph.show-all", tr("Show all"), tr("Show the whole graph"), Qt::Key_Home, "fit",
        &GraphActions::showAll);
    add("graph.zoom-in", tr("Zoom in"), tr("Zoom in"), QKeySequence::ZoomIn, "zoom-in",
        &GraphActions::zoomIn);
    add("graph.zoom-out", tr("Zoom out"), tr("Zoom out"), QKeySequence::ZoomOut, "zoom-out",
        &GraphActions::zoomOut);
    add("graph.zoom-full", tr("Zoom to 100 %"), tr("Zoom to 100 %"), Qt::CTRL | Qt::Key_0, "",
        &GraphActions::zoomFull);
    QAction* minimap = new QAction(icon("minimap"), tr("Minimap"), this);
    minimap->setObjectName("graph.minimap");
    minimap->setToolTip(tr("Show the whole graph in the corner (M)"));
    minimap->setShortcut(Qt::Key_M);
    minimap->setShortcutContext(Qt::WidgetShortcut);
    minimap->setCheckable(true);
    minimap->setChecked(true);
    connect(minimap, &QAction::toggled, this, &GraphActions::minimapWanted);
    view_.addAction(minimap);
    all_ += minimap;
}

QAction* GraphActions::find(const QString& name) const {
    for (QAction* action : all_)
        if (action->objectName() == name) return action;
    return nullptr;
}

void GraphActions::enable() {
    const GraphScene& scene = view_.graph();
    const std::size_t nodes = scene.selectedNodes().size(), frames = scene.selectedFrames().size();
    const bool any = nodes > 0 || frames > 0 || !scene.selectedWires().empty();
    const auto allow = [this](const char* name, bool enabled) { find(name)->setEnabled(enabled); };
    allow("graph.delete", any);
    for (const char* name : {"graph.cut", "graph.copy", "graph.duplicate", "graph.add-frame"})
        allow(name, nodes > 0);
    for (const char* name :
         {"graph.align-left", "graph.align-top", "graph.distribute-across", "graph.distribute-down"})
        allow(name, nodes > 1);
    allow("graph.bypass", !bypassable().empty());
    allow("graph.edit-frame", frames == 1);
    allow("graph.next-frame", !scene.frames().empty());
    allow("graph.connect", nodes == 1);
    allow("graph.frame-selection", any);
    const bool empty = view_.session().document.document().nodes.empty();
    for (const char* name : {"graph.show-all", "graph.export", "graph.select-all"})
        allow(name, !empty);
}

void GraphActions::remove() {
    const GraphScene& scene = view_.graph();
    OpenDocument& document = view_.session().document;
    if (auto edit = removeAll(document.document(), scene.selectedNodes(), scene.selectedWires(),
                              scene.selectedFrames()))
        document.apply(std::move(edit));
}

bool GraphActions::copy() {
    const std::vector<std::string> slugs = view_.graph().selectedNodes();
    if (slugs.empty()) return false;
    auto* data = new QMimeData;
    const QByteArray bytes = copyNodes(view_.session().document.document(), {slugs.begin(), slugs.end()});
    data->setData(nodesMimeType, bytes);
    data->setText(QString::fromUtf8(bytes));
    QApplication::clipboard()->setMimeData(data);
    pastes_ = 0;
    lastPasted_ = bytes;
    return true;
}

void GraphActions::cut() {
    if (!copy()) return;
    // Pasted again it comes where it was.
    lastPasted_.clear();
    view_.session().document.apply(graph::removeNodes(view_.graph().selectedNodes()));
}

void GraphActions::paste(const QByteArray& bytes, QPointF place, const QString& title) {
    OpenDocument& document = view_.session().document;
    auto pasted = pasteNodes(document.document(), bytes, place, title.toStdString());
    if (pasted && document.apply(std::move(pasted->edit))) view_.graph().selectNodes(pasted->slugs);
}

void GraphActions::pasteHere() {
    const QMimeData* data = QApplication::clipboard()->mimeData();
    if (!data || !data->hasFormat(nodesMimeType)) return;
    const QByteArray bytes = data->data(nodesMimeType);
    pastes_ = bytes == lastPasted_ ? pastes_ + 1 : 0;
    lastPasted_ = bytes;
    // Beside what was copied while that is in sight, else in the middle of what is.
    const std::optional<QPointF> corner = cornerIn(bytes);
    if (!corner) return;
    QPointF place = *corner + QPointF(pasteStep, pasteStep) * pastes_;
    if (!view_.visibleScene().contains(place)) place = view_.visibleScene().center();
    paste(bytes, place, tr("Paste"));
}

void GraphActions::duplicate() {
    const std::vector<std::string> selected = view_.graph().selectedNodes();
    const std::set<std::string> slugs(selected.begin(), selected.end());
    const graph::Document& document = view_.session().document.document();
    paste(copyNodes(document, slugs), cornerOf(document, slugs) + QPointF(pasteStep, pasteStep),
          tr("Duplicate"));
}

void GraphActions::selectAll() {
    std::set<std::string> slugs;
    for (const graph::Node& node : view_.session().document.document().nodes)
        slugs.insert(node.slug);
    view_.graph().selectNodes(slugs);
}

std::vector<std::string> GraphActions::bypassable() const {
    std::vector<std::string> slugs;
    for (const std::string& slug : view_.graph().selectedNodes()) {
        const graph::Manifest* manifest = view_.session().document.manifestOf(slug);
        if (manifest &&
            (manifest->kind == graph::NodeKind::Transform || manifest->kind == graph::NodeKind::Codec))
            slugs.push_back(slug);
    }
    return slugs;
}

void GraphActions::bypass() {
    OpenDocument& document = view_.session().document;
    const std::vector<std::string> slugs = bypassable();
    if (slugs.empty()) return;
    const bool bypassed = std::any_of(slugs.begin(), slugs.end(), [&](const std::string& slug) {
        return !document.document().find(slug)->bypassed;
    });
    std::vector<std::unique_ptr<graph::Edit>> edits;
    for (const std::string& slug : slugs)
        edits.push_back(graph::setBypassed(slug, bypassed));
    const std::string title = edits.size() == 1 ? edits.front()->title() : tr("Bypass").toStdString();
    document.apply(graph::together(title, std::move(edits)));
}

void GraphActions::frame() {
    OpenDocument& document = view_.session().document;
    std::vector<QRectF> rects;
    for (const auto& [slug, rect] : view_.graph().rectsOf(view_.graph().selectedNodes()))
        rects.push_back(rect);
    if (rects.empty()) return;
    std::vector<graph::Frame> frames = document.document().frames;
    frames.push_back(frameAround(rects, tr("Frame").toStdString()));
    const std::size_t added = frames.size() - 1;
    if (document.apply(graph::setFrames(std::move(frames)))) emit frameEditAsked(added);
}

void GraphActions::nextFrame() {
    GraphScene& scene = view_.graph();
    const std::set<std::size_t> selected = scene.selectedFrames();
    const std::size_t next = selected.empty() ? 0 : (*selected.rbegin() + 1) % scene.frames().size();
    scene.selectFrame(next);
    view_.ensureVisible(scene.frames()[next]->sceneBoundingRect(), 16, 16);
}

void GraphActions::editFrame() {
    const std::set<std::size_t> frames = view_.graph().selectedFrames();
    if (!frames.empty()) emit frameEditAsked(*frames.begin());
}

void GraphActions::align(Alignment alignment) {
    OpenDocument& document = view_.session().document;
    if (auto edit =
            alignNodes(document.document(), view_.graph().rectsOf(view_.graph().selectedNodes()), alignment))
        document.apply(std::move(edit));
}

void GraphActions::zoomIn() {
    view_.setZoom(view_.zoom() * zoomStep);
}

void GraphActions::zoomOut() {
    view_.setZoom(view_.zoom() / zoomStep);
}

}  // namespace ratescope::views
