#include "views/inspector/node_page.h"

#include "core/graph/edit.h"
#include "views/inspector/card.h"
#include "views/inspector/column_area.h"
#include "views/inspector/focus_order.h"
#include "views/inspector/fold.h"
#include "views/inspector/graph_rows.h"
#include "views/inspector/manual_view.h"
#include "views/inspector/node_header.h"
#include "views/inspector/parameter_row.h"
#include "views/theme/style.h"

#include <QElapsedTimer>
#include <QLabel>
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

/// Building goes on in the next turn of the event loop after so long.
constexpr int turnMs = 5;

/// At most so many findings of one node are shown.
constexpr std::size_t mostOfNode = 100;

std::vector<graph::Finding> findingsOf(const Derived& derived, const std::string& node) {
    std::vector<graph::Finding> own;
    for (const graph::Finding& finding : derived.findings)
        if (finding.node == node && own.size() < mostOfNode) own.push_back(finding);
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
      scroll_(new ColumnArea(this)),
      manual_(new ManualView(this)),
      splitter_(new QSplitter(Qt::Vertical, this)) {
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
    working_.setSingleShot(true);
    ordering_.setSingleShot(true);
    connect(&working_, &QTimer::timeout, this, &NodePage::work);
    connect(&ordering_, &QTimer::timeout, this, &NodePage::orderKeys);
    connect(header_, &NodeHeader::titleEdited, this, &NodePage::setNodeTitle);
    connect(splitter_, &QSplitter::splitterMoved, this,
            [this] { session_.settings.setViewState("inspector", splitter_->saveState()); });
}

void NodePage::show(const std::string& node) {
    const graph::Manifest* const manifest = session_.document.manifestOf(node);
    const bool same = node == node_ && manifest == manifest_ && scroll_->widget();
    node_ = node;
    if (same) return refresh();
    rebuild(manifest);
    showHeader();
    header_->setState(nodeStateOf(session_.document, *session_.document.document().find(node_), run_));
    work();
}

void NodePage::rebuild(const graph::Manifest* manifest) {
    manifest_ = manifest;
    run_ = {};
    steps_.clear();
    rows_.clear();
    groups_.clear();
    graphTitle_ = nullptr;
    advanced_ = nullptr;
    inGraph_ = nullptr;
    auto* body = new QWidget;
    column_ = new QVBoxLayout(body);
    column_->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column_->setSpacing(0);
    scroll_->setColumn(body);
    if (manifest) {
        planGroups(*manifest);
        planAdvanced(*manifest);
    }
    steps_.push_back([this] {
        if (manifest_)
            addGraphRows();
        else
            addMissing();
        column_->addStretch();
    });
    steps_.push_back([this] {
        refresh();
        refreshDerived();
        orderKeys();
    });
}

void NodePage::work() {
    QElapsedTimer timer;
    timer.start();
    // The node may be gone before it was shown.
    if (!session_.document.document().find(node_)) steps_.clear();
    while (!steps_.empty() && timer.elapsed() < turnMs) {
        const std::function<void()> step = std::move(steps_.front());
        steps_.pop_front();
        step();
    }
    if (!steps_.empty()) working_.start();
}

void NodePage::planGroups(const graph::Manifest& manifest) {
    for (const std::string& group : groupsOf(manifest)) {
        steps_.push_back([this, group] {
            groups_.append(
                Group{addTitle(group.empty() ? tr("Parameters") : QString::fromStdString(group)), {}});
        });
        for (const graph::Parameter& parameter : manifest.parameters)
            if (!parameter.advanced && parameter.group == group)
                steps_.push_back([this, &parameter] { groups_.back().rows += addRow(*column_, parameter); });
    }
}

void NodePage::planAdvanced(const graph::Manifest& manifest) {
    for (const graph::Parameter& parameter : manifest.parameters) {
        if (!parameter.advanced) continue;
        steps_.push_back([this, &parameter] {
            if (!advanced_) {
                advanced_ = new Fold(tr("Advanced"), column_->parentWidget());
                column_->addSpacing(measure::grid);
                column_->addWidget(advanced_);
            }
            // What was changed is seen.
            if (addRow(advanced_->content(), parameter)->state().changed) advanced_->setOpen(true);
        });
    }
}

QLabel* NodePage::addTitle(const QString& text) {
    auto* title = new QLabel(text, column_->parentWidget());
    title->setProperty("title", true);
    title->setFont(titleFont());
    title->setContentsMargins(0, column_->count() ? measure::groupGap : 0, 0, measure::grid);
    column_->addWidget(title);
    return title;
}

ParameterRow* NodePage::addRow(QVBoxLayout& column, const graph::Parameter& parameter) {
    auto* row = new ParameterRow(session_, node_, *manifest_, parameter, &plan_, column.parentWidget());
    column.addWidget(row);
    rows_ += row;
    row->refresh();
    row->setVisible(row->isWanted());
    connect(row, &ParameterRow::grown, &ordering_, qOverload<>(&QTimer::start));
    return row;
}

void NodePage::addGraphRows() {
    graphTitle_ = addTitle(tr("In the graph"));
    inGraph_ = new GraphRows(session_, node_, *manifest_, column_->parentWidget());
    column_->addWidget(inGraph_);
}

void NodePage::addMissing() {
    auto* missing =
        new QLabel(tr("No installed plugin has this node, so its parameters can't be shown. Install the "
                      "plugin, or remove the node."),
                   column_->parentWidget());
    missing->setWordWrap(true);
    missing->setProperty("muted", true);
    column_->addWidget(missing);
}

void NodePage::orderKeys() {
    QWidget* last = orderFocus(*header_, nullptr);
    if (scroll_->widget()) last = orderFocus(*scroll_->widget(), last);
    orderFocus(*manual_, last);
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
    header_->setState(nodeStateOf(session_.document, *session_.document.document().find(node_), run_));
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
