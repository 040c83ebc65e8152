#include "views/graph/graph_panel.h"

#include "core/error.h"
#include "views/controls/empty_state.h"
#include "views/graph/bubble.h"
#include "views/graph/file_drop.h"
#include "views/graph/frame_editor.h"
#include "views/graph/graph_actions.h"
#include "views/graph/graph_export.h"
#include "views/graph/graph_look.h"
#include "views/graph/graph_view.h"
#include "views/graph/minimap.h"
#include "views/graph/node_search.h"
#include "views/theme/style.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace ratescope::views {
namespace {

constexpr int settlingMs = 1000;
constexpr int overlayMargin = 12;

}  // namespace

GraphPanel::GraphPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      scene_(new GraphScene(session, this)),
      view_(new GraphView(*scene_, this)),
      minimap_(new Minimap(*view_, this)),
      hint_(new QLabel(this)),
      search_(new NodeSearch(this)),
      frameEditor_(new FrameEditor(this)),
      empty_(new EmptyState(
          tr("Build a pipeline here: drop files or add a source, then codecs with the settings to compare, "
             "and measures."),
          tr("Add a node"), this)),
      actions_(new GraphActions(*view_)) {
    setObjectName("graph");
    const auto key = [](const QString& name) {
        return "<span style=\"font-weight:600\">" + name + "</span>";
    };
    hint_->setText(tr("%1 add a node&nbsp;&nbsp;&nbsp; %2 frame selection&nbsp;&nbsp;&nbsp; %3 show all")
                       .arg(key(tr("Tab")), key("F"), key(tr("Home"))));
    hint_->setObjectName("graph-hint");
    hint_->setFont(tableFont());
    hint_->setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusProxy(view_);
    makeToolRow();
    connectAll();
    shownAll_ = session_.document.document().nodes.empty();
    showEmpty();
    showZoom(view_->zoom());
}

GraphPanel::~GraphPanel() {
    // What they say while the window goes finds the canvas gone.
    for (const QObject* one : std::initializer_list<const QObject*>{scene_, search_, frameEditor_})
        disconnect(one, nullptr, this, nullptr);
    delete view_;
}

QList<QAction*> GraphPanel::actions() const {
    return actions_->all();
}

void GraphPanel::connectAll() {
    connect(view_, &GraphView::searchAsked, this, &GraphPanel::openSearch);
    connect(view_, &GraphView::frameEditAsked, this, &GraphPanel::editFrame);
    connect(view_, &GraphView::connectAsked, this, &GraphPanel::openConnectMenu);
    connect(view_, &GraphView::menuAsked, this, &GraphPanel::openMenu);
    connect(view_, &GraphView::filesDropped, this, &GraphPanel::takeFiles);
    connect(view_, &GraphView::nodeDropped, this, &GraphPanel::takeNode);
    connect(view_, &GraphView::zoomChanged, this, &GraphPanel::showZoom);
    connect(actions_, &GraphActions::addAsked, this, &GraphPanel::addNode);
    connect(actions_, &GraphActions::exportAsked, this, &GraphPanel::askExport);
    connect(actions_, &GraphActions::frameEditAsked, this, &GraphPanel::editFrame);
    connect(actions_, &GraphActions::connectAsked, this, &GraphPanel::openConnectMenus);
    connect(actions_, &GraphActions::minimapWanted, this, [this](bool wanted) {
        minimapWanted_ = wanted;
        showEmpty();
    });
    connect(search_, &NodeSearch::chosen, this, &GraphPanel::addChosen);
    connect(search_, &NodeSearch::closed, view_, qOverload<>(&QWidget::setFocus));
    connect(search_, &NodeSearch::closed, this, &GraphPanel::showEmpty);
    connect(frameEditor_, &FrameEditor::accepted, this, &GraphPanel::takeFrame);
    connect(frameEditor_, &FrameEditor::closed, view_, qOverload<>(&QWidget::setFocus));
    connect(empty_, &EmptyState::asked, this, [this] {
        openSearch(view_->mapToScene(rect().center()) - QPointF(node_size::width / 2, 0), std::nullopt);
    });
    connect(scene_, &GraphScene::mirrored, this, &GraphPanel::showEmpty);
    connect(&session_.document, &OpenDocument::replaced, this,
            [this] { shownAll_ = session_.document.document().nodes.empty(); });
    connect(&session_.document, &OpenDocument::changed, this, &GraphPanel::showFirst);
}

void GraphPanel::showEmpty() {
    const graph::Document& document = session_.document.document();
    const bool empty = document.nodes.empty() && document.frames.empty();
    const bool said = empty && search_->isHidden();
    if (said == empty_->isHidden()) empty_->setVisible(said);
    if (minimap_->isHidden() != (empty || !minimapWanted_)) minimap_->setVisible(!empty && minimapWanted_);
    place();
}

void GraphPanel::showFirst() {
    // Another document is shown whole; afterwards the view is the user's.
    if (shownAll_ || !isVisible() || session_.document.document().nodes.empty()) return;
    shownAll_ = true;
    sinceShown_.start();
    view_->showAll();
}

void GraphPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    place();
    showFirst();
}

void GraphPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
    // The window is still giving its docks their places: what was shown whole stays so.
    if (sinceShown_.isValid() && sinceShown_.elapsed() < settlingMs) view_->showAll();
}

void GraphPanel::place() {
    view_->setGeometry(rect());
    const QSize inner = empty_->sizeHint().expandedTo(QSize(std::min(440, width()), 0));
    empty_->setGeometry(QRect(QPoint((width() - inner.width()) / 2, 0), QSize(inner.width(), height())));
    minimap_->move(overlayMargin, height() - minimap_->height() - overlayMargin);
    hint_->adjustSize();
    hint_->move(width() - hint_->width() - overlayMargin - 4, height() - hint_->height() - overlayMargin);
    const int left = minimap_->isHidden() ? overlayMargin : minimap_->geometry().right() + 2 * overlayMargin;
    hint_->setVisible(hint_->x() > left);
}

void GraphPanel::addNode() {
    openSearch(view_->placeForNew(), std::nullopt);
}

void GraphPanel::showAll() {
    view_->showAll();
}

void GraphPanel::openSearch(QPointF scenePoint, const std::optional<PortEnd>& end) {
    newPlace_ = scenePoint;
    newEnd_ = end;
    const graph::Document& document = session_.document.document();
    std::vector<const graph::Manifest*> offered = session_.document.catalogue().all();
    QString purpose = tr("Add a node: name, method or paper");
    if (end) {
        std::erase_if(offered, [&](const graph::Manifest* manifest) {
            return !fittingPort(document, session_.document.catalogue(), *manifest, *end);
        });
        purpose = end->isOutput ? tr("Add a node that takes %1") : tr("Add a node that gives %1");
        if (const graph::Port* port = portOf(document, session_.document.catalogue(), *end))
            purpose = purpose.arg(portTypeText(*port));
    }
    search_->open(std::move(offered), view_->mapFromScene(scenePoint), purpose);
    showEmpty();
}

void GraphPanel::addChosen(const QString& nodeId) {
    OpenDocument& document = session_.document;
    const graph::Manifest* manifest = document.catalogue().find(nodeId.toStdString());
    if (!manifest) return;
    // The port that is wired comes to where the wire was dropped.
    const QPointF by = newEnd_ ? QPointF(newEnd_->isOutput ? 0 : -node_size::width, -36) : QPointF(0, 0);
    graph::Node node = newNode(document.document(), *manifest, newPlace_ + by);
    // Not on top of one that came to the same place before.
    const auto hides = [&](const graph::Node& other) {
        return std::abs(other.x - node.x) < node_size::title && std::abs(other.y - node.y) < node_size::title;
    };
    const std::vector<graph::Node>& nodes = document.document().nodes;
    while (std::any_of(nodes.begin(), nodes.end(), hides)) {
        node.x += node_size::title;
        node.y += node_size::title;
    }
    auto edit =
        newEnd_ ? addWired(document.document(), document.catalogue(), node, *newEnd_) : graph::addNode(node);
    if (document.apply(std::move(edit))) scene_->selectNodes({node.slug});
}

void GraphPanel::takeNode(const QString& nodeId, QPointF scenePoint) {
    OpenDocument& document = session_.document;
    const graph::Manifest* manifest = document.catalogue().find(nodeId.toStdString());
    if (!manifest) return;
    const graph::Node node = newNode(document.document(), *manifest,
                                     scenePoint - QPointF(node_size::width / 2, node_size::title / 2));
    std::unique_ptr<graph::Edit> edit;
    if (const WireItem* wire = scene_->wireAt(scenePoint, 12))
        edit = insertOnWire(document.document(), document.catalogue(), node, wire->wire(), true);
    if (!edit) edit = graph::addNode(node);
    if (document.apply(std::move(edit))) scene_->selectNodes({node.slug});
}

void GraphPanel::takeFiles(const QStringList& files, QPointF scenePoint) {
    DroppedFiles dropped = dropFiles(session_.document, files, scenePoint);
    for (const QString& file : dropped.documents)
        emit openAsked(file);
    if (dropped.edit && session_.document.apply(std::move(dropped.edit))) scene_->selectNodes(dropped.slugs);
    if (!dropped.unread.isEmpty())
        view_->refuse(tr("No installed node reads %1.").arg(dropped.unread.join(", ")),
                      view_->mapFromScene(scenePoint));
}

void GraphPanel::editFrame(std::size_t index) {
    const std::vector<graph::Frame>& frames = session_.document.document().frames;
    if (index >= frames.size()) return;
    editedFrame_ = index;
    frameEditor_->open(frames[index], view_->mapFromScene(QPointF(frames[index].x + 8, frames[index].y + 8)));
}

void GraphPanel::takeFrame(const QString& title, const QString& text) {
    std::vector<graph::Frame> frames = session_.document.document().frames;
    if (editedFrame_ >= frames.size()) return;
    frames[editedFrame_].title = title.toStdString();
    frames[editedFrame_].text = text.toStdString();
    if (frames != session_.document.document().frames)
        session_.document.apply(graph::setFrames(std::move(frames)));
}

void GraphPanel::exportGraph(const QString& file) {
    views::exportGraph(*scene_, file);
}

void GraphPanel::askExport() {
    auto* dialog = new QFileDialog(this, tr("Export graph"), QString(), tr("SVG (*.svg);;PNG (*.png)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("svg");
    dialog->selectFile(QFileInfo(session_.document.displayName()).completeBaseName() + ".svg");
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains("png") ? "png" : "svg");
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        try {
            exportGraph(file);
        } catch (const Error& error) {
            emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        }
    });
    dialog->open();
}

}  // namespace ratescope::views
