#include "views/inspector/inspector_panel.h"

#include "views/controls/empty_state.h"
#include "views/inspector/node_page.h"
#include "views/inspector/study_page.h"

#include <QStackedWidget>
#include <QVBoxLayout>

namespace ratescope::views {

InspectorPanel::InspectorPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      plan_(new PlanCount(session, this)),
      pages_(new QStackedWidget(this)),
      node_(new NodePage(session, *plan_, this)),
      study_(new StudyPage(session, this)),
      several_(new EmptyState({}, tr("Show the study"), this)) {
    setObjectName("inspector");
    // The surface is this panel's own ground, wherever it is put.
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    for (QWidget* page :
         {static_cast<QWidget*>(node_), static_cast<QWidget*>(study_), static_cast<QWidget*>(several_)})
        pages_->addWidget(page);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(pages_);
    connect(several_, &EmptyState::asked, this, [this] { session_.selection.setNodes({}); });
    connect(&session.selection, &Selection::nodesChanged, this, &InspectorPanel::showSelection);
    connect(&session.selection, &Selection::anchorChanged, this, &InspectorPanel::derivedChanged);
    connect(&session.document, &OpenDocument::changed, this, &InspectorPanel::documentChanged);
    connect(&session.document, &OpenDocument::derivedChanged, this, &InspectorPanel::derivedChanged);
    connect(&session.results, &Results::committed, this, [this] {
        if (pages_->currentWidget() == node_) node_->askRun();
    });
    showSelection();
}

void InspectorPanel::showSelection() {
    const auto& nodes = session_.selection.nodes();
    const std::string node = session_.selection.node();
    if (!node.empty() && session_.document.document().find(node)) {
        node_->show(node);
        pages_->setCurrentWidget(node_);
    } else if (nodes.size() > 1) {
        several_->say(tr("%1 nodes are selected. Select one to edit its parameters.").arg(nodes.size()),
                      tr("Show the study"));
        pages_->setCurrentWidget(several_);
    } else {
        study_->refresh();
        study_->refreshDerived();
        pages_->setCurrentWidget(study_);
    }
}

void InspectorPanel::documentChanged() {
    // The node may be gone, or there again.
    if (pages_->currentWidget() == node_ || !session_.selection.nodes().empty()) return showSelection();
    study_->refresh();
}

void InspectorPanel::derivedChanged() {
    if (pages_->currentWidget() == node_ && session_.document.document().find(node_->node()))
        node_->refreshDerived();
    if (pages_->currentWidget() == study_) study_->refreshDerived();
}

}  // namespace ratescope::views
