// The panel's menus and its row of tools.

#include "views/graph/graph_actions.h"
#include "views/graph/graph_panel.h"
#include "views/graph/graph_view.h"
#include "views/graph/node_content.h"
#include "views/theme/icon.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// A menu that is longer can't be read: the search over nodes has the rest.
constexpr std::size_t mostTargets = 30;

QToolButton* buttonFor(QAction* action, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setIconSize(QSize(measure::icon, measure::icon));
    button->setFixedSize(measure::toolButton, measure::toolButton);
    button->setAccessibleName(action->text());
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

}  // namespace

void GraphPanel::makeToolRow() {
    toolRow_ = new QWidget(this);
    toolRow_->setObjectName("graph-tools");
    toolRow_->hide();
    auto* row = new QHBoxLayout(toolRow_);
    row->setContentsMargins(0, 0, measure::padding, 0);
    row->setSpacing(measure::grid);
    row->addWidget(buttonFor(actions_->find("graph.add-node"), toolRow_));
    row->addWidget(buttonFor(actions_->find("graph.add-frame"), toolRow_));
    auto* align = new QToolButton(toolRow_);
    align->setIcon(icon("align"));
    align->setIconSize(QSize(measure::icon, measure::icon));
    align->setFixedSize(measure::toolButton, measure::toolButton);
    align->setAccessibleName(tr("Align"));
    align->setToolTip(tr("Align or distribute the selected nodes"));
    align->setPopupMode(QToolButton::InstantPopup);
    align->setFocusPolicy(Qt::TabFocus);
    auto* menu = new QMenu(align);
    for (const char* name :
         {"graph.align-left", "graph.align-top", "graph.distribute-across", "graph.distribute-down"})
        menu->addAction(actions_->find(name));
    align->setMenu(menu);
    row->addWidget(align);
    auto* line = new QFrame(toolRow_);
    line->setFrameShape(QFrame::VLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);
    line->setFixedHeight(20);
    row->addSpacing(measure::grid);
    row->addWidget(line);
    row->addSpacing(measure::grid);
    row->addWidget(buttonFor(actions_->find("graph.show-all"), toolRow_));
    row->addWidget(buttonFor(actions_->find("graph.minimap"), toolRow_));
    zoom_ = new QComboBox(toolRow_);
    zoom_->setObjectName("graph-zoom");
    zoom_->setAccessibleName(tr("Zoom"));
    zoom_->setToolTip(tr("Zoom: 10 to 400 %"));
    zoom_->setEditable(true);
    zoom_->setInsertPolicy(QComboBox::NoInsert);
    for (const int percent : {25, 50, 75, 100, 150, 200, 400})
        zoom_->addItem(tr("%1 %").arg(percent));
    zoom_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    zoom_->setMinimumWidth(88);
    connect(zoom_, &QComboBox::textActivated, this, &GraphPanel::takeZoom);
    connect(zoom_->lineEdit(), &QLineEdit::returnPressed, this, &GraphPanel::takeZoom);
    row->addWidget(zoom_);
}

void GraphPanel::showZoom(double zoom) {
    zoom_->setEditText(tr("%1 %").arg(std::lround(zoom * 100)));
}

void GraphPanel::takeZoom() {
    bool isNumber = false;
    const double percent = zoom_->currentText().remove('%').trimmed().toDouble(&isNumber);
    if (isNumber) view_->setZoom(percent / 100);
    showZoom(view_->zoom());
}

void GraphPanel::addTargets(QMenu& menu, const PortEnd& end) {
    const graph::Document& document = session_.document.document();
    std::vector<PortEnd> targets = fittingEnds(document, session_.document.catalogue(), end);
    if (targets.size() > mostTargets) targets.resize(mostTargets);
    for (const PortEnd& target : targets) {
        const graph::Node* node = document.find(target.port.node);
        const QString title = shownTitle(*node, session_.document.catalogue().find(node->type));
        const QString name = shownName(*node, session_.document.catalogue().find(node->type));
        QAction* action = menu.addAction((name.isEmpty() ? title : title + ' ' + name) +
                                         QStringLiteral(" · ") + QString::fromStdString(target.port.port));
        const graph::Wire wire =
            end.isOutput ? graph::Wire{end.port, target.port} : graph::Wire{target.port, end.port};
        connect(action, &QAction::triggered, this, [this, wire] {
            OpenDocument& open = session_.document;
            open.apply(connectPorts(open.document(), open.catalogue(), wire));
        });
    }
    if (!targets.empty()) menu.addSeparator();
    QAction* fresh = menu.addAction(tr("New node…"));
    connect(fresh, &QAction::triggered, this, [this, end] {
        const NodeItem* node = scene_->node(end.port.node);
        const auto anchor = node ? node->anchorOf(end) : std::nullopt;
        if (anchor) openSearch(*anchor + QPointF(end.isOutput ? 80 : -80, 0), end);
    });
}

void GraphPanel::openConnectMenu(const PortEnd& end, QPoint point) {
    auto* menu = new QMenu(this);
    menu->setObjectName("graph-connect");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addTargets(*menu, end);
    menu->setActiveAction(menu->actions().constFirst());
    menu->popup(view_->viewport()->mapToGlobal(point));
}

void GraphPanel::openConnectMenus() {
    if (scene_->markedPort()) {
        const NodeItem* node = scene_->node(scene_->markedPort()->port.node);
        openConnectMenu(*scene_->markedPort(), view_->mapFromScene(*node->anchorOf(*scene_->markedPort())));
        return;
    }
    const std::vector<std::string> selected = scene_->selectedNodes();
    const NodeItem* node = selected.size() == 1 ? scene_->node(selected.front()) : nullptr;
    if (!node || node->geometry().ports.empty()) return;
    auto* menu = new QMenu(this);
    menu->setObjectName("graph-connect");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const PortPlace& port : node->geometry().ports) {
        QMenu* targets = menu->addMenu(port.end.isOutput ? tr("Output %1").arg(port.label)
                                                         : tr("Input %1").arg(port.label));
        addTargets(*targets, port.end);
    }
    menu->popup(view_->viewport()->mapToGlobal(view_->mapFromScene(node->sceneBox().bottomLeft())));
}

void GraphPanel::openMenu(QPoint globalPoint) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    static constexpr const char* groups[][6] = {
        {"graph.add-node", "graph.connect", "graph.bypass", nullptr},
        {"graph.cut", "graph.copy", "graph.paste", "graph.duplicate", "graph.delete", nullptr},
        {"graph.add-frame", "graph.edit-frame", "graph.align-left", "graph.align-top", nullptr},
        {"graph.distribute-across", "graph.distribute-down", nullptr},
        {"graph.frame-selection", "graph.show-all", "graph.export", nullptr}};
    for (const auto& group : groups) {
        for (const char* const* name = group; *name; ++name)
            menu->addAction(actions_->find(*name));
        menu->addSeparator();
    }
    menu->popup(globalPoint);
}

}  // namespace ratescope::views
