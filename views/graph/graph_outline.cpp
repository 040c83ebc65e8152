#include "views/graph/graph_outline.h"

#include "views/graph/outline_model.h"
#include "views/theme/icon.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QTreeView>
#include <QVBoxLayout>
#include <functional>
#include <utility>

namespace ratescope::views {
namespace {

/// What a row is, whatever its place: a node's name, below it the port, below it the wire.
QString pathOf(const OutlineModel& model, const QModelIndex& index) {
    if (const auto wire = model.wireOf(index))
        return QString::fromStdString(model.nodeOf(index) + " " + wire->from.text() + " " + wire->to.text());
    if (const auto port = model.portOf(index))
        return QString::fromStdString(port->port.text()) + (port->isOutput ? " out" : " in");
    return QString::fromStdString(model.nodeOf(index));
}

void forEachRow(const OutlineModel& model, const QModelIndex& parent,
                const std::function<void(const QModelIndex&)>& visit) {
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        visit(index);
        forEachRow(model, index, visit);
    }
}

}  // namespace

GraphOutline::GraphOutline(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new OutlineModel(session, this)),
      tree_(new QTreeView(this)) {
    setObjectName("graph-outline");
    tree_->setModel(model_);
    tree_->setAccessibleName(tr("Outline of the graph"));
    tree_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    tree_->setContextMenuPolicy(Qt::CustomContextMenu);
    tree_->setUniformRowHeights(true);
    tree_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    tree_->header()->setStretchLastSection(false);
    tree_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(tree_);
    connect(tree_, &QWidget::customContextMenuRequested, this, &GraphOutline::openMenu);
    connect(tree_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &GraphOutline::giveSelection);
    connect(model_, &QAbstractItemModel::modelAboutToBeReset, this, &GraphOutline::keepState);
    connect(model_, &QAbstractItemModel::modelReset, this, &GraphOutline::restoreState);
    connect(&session_.selection, &Selection::nodesChanged, this, &GraphOutline::takeSelection);
    takeSelection();
}

void GraphOutline::giveSelection() {
    if (taking_) return;
    std::set<std::string> slugs;
    for (const QModelIndex& index : tree_->selectionModel()->selectedRows())
        slugs.insert(model_->nodeOf(index));
    taking_ = true;
    session_.selection.setNodes(std::move(slugs));
    taking_ = false;
}

void GraphOutline::takeSelection() {
    if (std::exchange(taking_, true)) return;
    QItemSelection rows;
    for (const std::string& slug : session_.selection.nodes())
        if (const QModelIndex index = model_->indexOf(slug); index.isValid()) rows.select(index, index);
    tree_->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (!rows.isEmpty()) tree_->scrollTo(rows.indexes().constFirst());
    taking_ = false;
}

void GraphOutline::keepState() {
    expanded_.clear();
    current_ = pathOf(*model_, tree_->currentIndex());
    forEachRow(*model_, {}, [this](const QModelIndex& index) {
        if (tree_->isExpanded(index)) expanded_ += pathOf(*model_, index);
    });
    taking_ = true;
}

void GraphOutline::restoreState() {
    const QSet<QString> expanded(expanded_.begin(), expanded_.end());
    QModelIndex current;
    forEachRow(*model_, {}, [&](const QModelIndex& index) {
        const QString path = pathOf(*model_, index);
        if (expanded.contains(path)) tree_->expand(index);
        if (path == current_) current = index;
    });
    if (current.isValid()) tree_->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
    taking_ = false;
    takeSelection();
}

void GraphOutline::remove() {
    std::set<std::string> nodes;
    std::set<graph::Wire> wires;
    for (const QModelIndex& index : tree_->selectionModel()->selectedRows())
        if (const auto wire = model_->wireOf(index))
            wires.insert(*wire);
        else if (!model_->portOf(index))
            nodes.insert(model_->nodeOf(index));
    OpenDocument& document = session_.document;
    if (auto edit =
            removeAll(document.document(), {nodes.begin(), nodes.end()}, {wires.begin(), wires.end()}, {}))
        document.apply(std::move(edit));
}

bool GraphOutline::eventFilter(QObject* watched, QEvent* event) {
    if (watched != tree_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            remove();
            return true;
        case Qt::Key_Menu:
            openMenu(tree_->visualRect(tree_->currentIndex()).bottomLeft());
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!model_->portOf(tree_->currentIndex())) return false;
            openMenu(tree_->visualRect(tree_->currentIndex()).bottomLeft());
            return true;
        default:
            return false;
    }
}

void GraphOutline::addTargets(QMenu& menu) {
    const auto end = model_->portOf(tree_->currentIndex());
    if (!end) return;
    QMenu* targets = menu.addMenu(icon("link"), tr("Connect"));
    const graph::Document& document = session_.document.document();
    for (const PortEnd& target : fittingEnds(document, session_.document.catalogue(), *end)) {
        const graph::Wire wire =
            end->isOutput ? graph::Wire{end->port, target.port} : graph::Wire{target.port, end->port};
        QAction* action =
            targets->addAction(QString::fromStdString(target.port.node + " · " + target.port.port));
        connect(action, &QAction::triggered, this, [this, wire] {
            OpenDocument& open = session_.document;
            open.apply(connectPorts(open.document(), open.catalogue(), wire));
        });
    }
    targets->setEnabled(!targets->isEmpty());
}

void GraphOutline::openMenu(const QPoint& point) {
    if (!tree_->currentIndex().isValid()) return;
    auto* menu = new QMenu(this);
    menu->setObjectName("outline-menu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addTargets(*menu);
    QAction* removing = menu->addAction(
        icon("delete"), model_->wireOf(tree_->currentIndex()) ? tr("Disconnect") : tr("Delete"));
    removing->setEnabled(!model_->portOf(tree_->currentIndex()));
    connect(removing, &QAction::triggered, this, &GraphOutline::remove);
    menu->popup(tree_->viewport()->mapToGlobal(point));
}

}  // namespace ratescope::views
