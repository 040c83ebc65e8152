#include "views/inspector/node_page.h"

#include "core/graph/edit.h"
#include "views/inspector/card.h"
#include "views/inspector/fold.h"
#include "views/inspector/graph_rows.h"
#include "views/inspector/manual_view.h"
#include "views/inspector/node_header.h"
#include "views/inspector/parameter_row.h"
#include "views/theme/style.h"

#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

namespace ratescope::views {
namespace {

std::vector<std::string> groupsOf(const graph::Manifest& manifest) {
    std::vector<std::string> groups;
    for (const graph::Parameter& parameter : manifest.parameters)
        if (!parameter.advanced && std::find(groups.begin(), groups.end(), parameter.group) == groups.end())
            groups.push_back(parameter.group);
    return groups;
}

/// At most so many findings of one node are shown.
constexpr std::size_t mostFindings = 100;

std::vector<graph::Finding> findingsOf(const Derived& derived, const std::string& node) {
    std::vector<graph::Finding> own;
    for (const graph::Finding& finding : derived.findings)
        if (finding.node == node && own.size() < mostFindings) own.push_back(finding);
    return own;
}

/// The mark of a branch belongs to nodes that lie on it alone.
bool carriesMark(const graph::Manifest& manifest) {
    return manifest.kind != graph::NodeKind::Source && manifest.kind != graph::NodeKind::Measure &&
           manifest.kind != graph::NodeKind::Analysis;
}

}  // namespace

NodePage::NodePage(Session& session, PlanCount& plan, QWidget* parent)
    : QWidget(parent),
      session_(session),
      plan_(plan),
      header_(new NodeHeader(this)),
      scroll_(new QScrollArea(this)),
      manual_(new ManualView(this)),
      splitter_(new QSplitter(Qt::Vertical, this)) {
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    splitter_->addWidget(scroll_);
    splitter_->addWidget(manual_);
    splitter_->setChildrenCollapsible(false);
    splitter_->setStretchFactor(0, 3);
    splitter_->setStretchFactor(1, 1);
    splitter_->setSizes({360, 150});
    splitter_->restoreState(session.settings.viewState("inspector"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(new Rule(this));
    column->addWidget(splitter_, 1);
    connect(header_, &NodeHeader::titleEdited, this, &NodePage::setNodeTitle);
    connect(splitter_, &QSplitter::splitterMoved, this,
            [this] { session_.settings.setViewState("inspector", splitter_->saveState()); });
}

void NodePage::show(const std::string& node) {
    const graph::Manifest* const manifest = session_.document.manifestOf(node);
    const bool same = node == node_ && manifest == manifest_ && scroll_->widget();
    node_ = node;
    if (!same) rebuild(manifest);
    refresh();
    refreshDerived();
}

void NodePage::rebuild(const graph::Manifest* manifest) {
    manifest_ = manifest;
    run_ = {};
    rows_.clear();
    groups_.clear();
    graphTitle_ = nullptr;
    advanced_ = nullptr;
    inGraph_ = nullptr;
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column->setSpacing(0);
    if (manifest) {
        addGroups(*column, *manifest);
        inGraph_ = new GraphRows(session_, node_, *manifest, body);
        graphTitle_ = addTitle(*column, tr("In the graph"));
        column->addWidget(inGraph_);
    } else {
        auto* missing =
            new QLabel(tr("No installed plugin has this node, so its parameters can't be shown. Install "
                          "the plugin, or remove the node."),
                       body);
        missing->setWordWrap(true);
        missing->setProperty("muted", true);
        column->addWidget(missing);
    }
    column->addStretch();
    scroll_->setWidget(body);
}

void NodePage::addGroups(QVBoxLayout& column, const graph::Manifest& manifest) {
    for (const std::string& group : groupsOf(manifest)) {
        const QString text = group.empty() ? tr("Parameters") : QString::fromStdString(group);
        Group shown{addTitle(column, text), {}};
        for (const graph::Parameter& parameter : manifest.parameters)
            if (!parameter.advanced && parameter.group == group)
                shown.rows += addRow(column, manifest, parameter);
        rows_ += shown.rows;
        groups_ += shown;
    }
    const bool any = std::any_of(manifest.parameters.begin(), manifest.parameters.end(),
                                 [](const graph::Parameter& parameter) { return parameter.advanced; });
    if (any) addAdvanced(column, manifest);
}

void NodePage::addAdvanced(QVBoxLayout& column, const graph::Manifest& manifest) {
    const graph::Document& document = session_.document.document();
    const graph::Node& node = *document.find(node_);
    advanced_ = new Fold(tr("Advanced"));
    column.addSpacing(measure::grid);
    column.addWidget(advanced_);
    bool changed = false;
    for (const graph::Parameter& parameter : manifest.parameters) {
        if (!parameter.advanced) continue;
        rows_ += addRow(advanced_->content(), manifest, parameter);
        changed = changed || stateOf(document, node, parameter).changed;
    }
    // What was changed is seen.
    advanced_->setOpen(changed);
}

QLabel* NodePage::addTitle(QVBoxLayout& column, const QString& text) {
    auto* title = new QLabel(text);
    title->setProperty("title", true);
    title->setFont(titleFont());
    title->setContentsMargins(0, column.count() ? measure::groupGap : 0, 0, measure::grid);
    column.addWidget(title);
    return title;
}

ParameterRow* NodePage::addRow(QVBoxLayout& column, const graph::Manifest& manifest,
                               const graph::Parameter& parameter) {
    auto* row = new ParameterRow(session_, node_, manifest, parameter, &plan_);
    column.addWidget(row);
    return row;
}

void NodePage::refresh() {
    bool swept = false;
    for (ParameterRow* row : rows_) {
        row->refresh();
        row->setVisible(row->isWanted());
        swept = swept || row->state().sweep;
    }
    if (inGraph_) inGraph_->refresh();
    showGroups();
    plan_.setWanted(swept);
    showHeader();
}

void NodePage::showGroups() {
    const auto wanted = [](const ParameterRow* row) { return row->isWanted(); };
    // A group of which nothing is to be seen has no title.
    for (const Group& group : groups_)
        group.title->setVisible(std::any_of(group.rows.begin(), group.rows.end(), wanted));
    if (advanced_)
        advanced_->setCount(
            static_cast<int>(std::count_if(rows_.begin(), rows_.end(), [](const ParameterRow* row) {
                return row->parameter().advanced && row->isWanted();
            })));
    if (inGraph_) graphTitle_->setVisible(!inGraph_->isEmpty());
}

void NodePage::showHeader() {
    const graph::Node& node = *session_.document.document().find(node_);
    header_->setKind(manifest_ ? std::optional(manifest_->kind) : std::nullopt);
    header_->setTitle(QString::fromStdString(node.title),
                      QString::fromStdString(manifest_ ? manifest_->title : node.type));
    header_->setType(tr("%1, version %2").arg(QString::fromStdString(node.type)).arg(node.version));
}

void NodePage::refreshDerived() {
    std::map<std::string, QStringList> atParameters;
    for (const graph::Finding& finding : findingsOf(session_.document.derived(), node_))
        atParameters[finding.place] +=
            QString::fromStdString(finding.message) + " " + QString::fromStdString(finding.remedy);
    for (ParameterRow* row : rows_)
        row->showFindings(atParameters[row->parameter().id]);
    if (inGraph_) inGraph_->refreshDerived();
    showGroups();
    const auto branches = branchesWith(session_.document.derived(), node_);
    header_->setMark(manifest_ && branches.size() == 1 && carriesMark(*manifest_)
                         ? std::optional(session_.styleOfBranch(branches.front()->slug))
                         : std::nullopt);
    showRun();
    askRun();
}

void NodePage::askRun() {
    std::vector<std::string> series;
    for (const graph::Branch* branch : branchesWith(session_.document.derived(), node_))
        for (const graph::Series& one : branch->series)
            series.push_back(one.slug);
    if (series.empty() || !session_.results.hasStudy()) return;
    session_.results.ask(
        this, "node", [series](const OpenLibrary& open) { return nodeRunOf(open, series); },
        [this, node = node_](const NodeRun& run) {
            if (node != node_) return;
            run_ = run;
            showRun();
        });
}

void NodePage::showRun() {
    const graph::Node* const node = session_.document.document().find(node_);
    if (!node) return;
    header_->setState(nodeStateOf(session_.document, *node, run_));
    manual_->show(manifest_, findingsOf(session_.document.derived(), node_), run_);
}

void NodePage::setNodeTitle(const QString& title, bool merging) {
    const bool usual = manifest_ && title == QString::fromStdString(manifest_->title);
    session_.document.apply(graph::setTitle(node_, usual ? std::string() : title.toStdString()), merging);
}

}  // namespace ratescope::views
