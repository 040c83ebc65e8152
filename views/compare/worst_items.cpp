#include "views/compare/worst_items.h"

#include "views/controls/figure_delegate.h"
#include "views/controls/section_header.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

constexpr int rowHeight = 32, numberWidth = 68;

QTableView* tableView(QWidget* parent) {
    auto* view = new QTableView(parent);
    view->setFont(tableFont());
    view->setShowGrid(false);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setTabKeyNavigation(false);
    view->verticalHeader()->hide();
    view->verticalHeader()->setDefaultSectionSize(rowHeight);
    view->verticalHeader()->setMinimumSectionSize(rowHeight);
    view->horizontalHeader()->setFont(tableFont());
    view->horizontalHeader()->setSectionsClickable(true);
    view->horizontalHeader()->setHighlightSections(false);
    view->horizontalHeader()->setFixedHeight(measure::row);
    view->horizontalHeader()->setMinimumSectionSize(48);
    view->setItemDelegate(new FigureDelegate(view));
    return view;
}

}  // namespace

WorstItems::WorstItems(WorstModel::StyleOf styleOf, QWidget* parent)
    : QWidget(parent),
      model_(new WorstModel(std::move(styleOf), this)),
      view_(tableView(this)),
      metric_(new QToolButton(this)) {
    view_->setModel(model_);
    view_->setAccessibleName(tr("Worst items"));
    metric_->setObjectName("compare.metric");
    metric_->setPopupMode(QToolButton::InstantPopup);
    metric_->setMenu(new QMenu(metric_));
    metric_->setToolTip(tr("The metric that is shown and sorted by"));
    metric_->setAccessibleName(tr("Metric"));
    metric_->setFont(tableFont());
    auto* header = new SectionHeader(tr("Worst items"), this);
    header->addWidget(metric_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(view_);
    connect(view_, &QTableView::clicked, this,
            [this](const QModelIndex& index) { emit opened(model_->assetOf(index.row())); });
    connect(view_, &QTableView::activated, this,
            [this](const QModelIndex& index) { emit opened(model_->assetOf(index.row())); });
    connect(view_->horizontalHeader(), &QHeaderView::sectionClicked, this, &WorstItems::sortBy);
}

void WorstItems::sortBy(int column) {
    const bool again = column == model_->sortColumn();
    const Qt::SortOrder other =
        model_->sortOrder() == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
    model_->sort(column, again ? other : model_->worstFirst(column));
}

void WorstItems::setTable(const WorstTable& table) {
    const int scrolled = view_->verticalScrollBar()->value();
    model_->setTable(table);
    QHeaderView* header = view_->horizontalHeader();
    if (model_->columnCount() > 0) header->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < model_->columnCount(); ++column) {
        header->setSectionResizeMode(column, QHeaderView::Interactive);
        header->resizeSection(column, std::max(numberWidth, header->sectionSizeHint(column)));
    }
    view_->verticalScrollBar()->setValue(scrolled);
    fillMetrics();
    select(asset_);
}

void WorstItems::select(const std::string& asset) {
    const bool other = asset != asset_;
    asset_ = asset;
    const int row = model_->rowOf(asset);
    if (row < 0) {
        view_->clearSelection();
        return;
    }
    view_->setCurrentIndex(model_->index(row, 0));
    if (other) view_->scrollTo(model_->index(row, 0));
}

void WorstItems::fillMetrics() {
    const WorstTable& table = model_->table();
    const QString unit = QString::fromStdString(table.metric.unit),
                  arrow = table.metric.better == graph::Better::Higher ? QChar(0x2191) : QChar(0x2193);
    metric_->setText(table.metrics.empty()
                         ? QString()
                         : QString("%1%2 %3").arg(QString::fromStdString(shortTitle(table.metric)),
                                                  unit.isEmpty() ? QString() : ", " + unit, arrow));
    metric_->setVisible(!table.metrics.empty());
    metric_->menu()->clear();
    for (const store::StudyMetric& metric : table.metrics) {
        QAction* action = metric_->menu()->addAction(QString::fromStdString(metric.metric.title));
        action->setCheckable(true);
        action->setChecked(metric.id == table.choice.metric);
        connect(action, &QAction::triggered, this, [this, id = metric.id] { emit metricChosen(id); });
    }
}

}  // namespace ratescope::views
