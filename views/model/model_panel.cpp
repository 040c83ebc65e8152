#include "views/model/model_panel.h"

#include "views/controls/empty_state.h"
#include "views/controls/panel_action.h"
#include "views/controls/section_header.h"
#include "views/model/layer_chart.h"
#include "views/model/numbers_model.h"
#include "views/model/tensor_delegate.h"
#include "views/model/tensor_model.h"
#include "views/model/tensor_table_view.h"
#include "views/model/tensor_view.h"
#include "views/session/measured.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int rightWidth = 490, splitterWidth = 4;

}  // namespace

ModelPanel::ModelPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      profiles_(session, [](const ValueKey&, const std::string& file) -> std::any {
          return TensorProfile::open(file);
      }) {
    setObjectName("model");
    setAccessibleName(tr("Model"));
    makeActions();
    build();
    listen();
    startAnew();
}

ModelPanel::~ModelPanel() = default;

QAction* ModelPanel::makeAction(const char* name, const QString& text, const QString& tip,
                                const QKeySequence& key, const QString& iconName) {
    QAction* action =
        panelAction(*this, name, text, tip, key.isEmpty() ? QList<QKeySequence>() : QList{key}, iconName);
    actions_ += action;
    return action;
}

void ModelPanel::makeActions() {
    connect(makeAction("model.worst", tr("Worst layer"), tr("Select the layer that loses most"),
                       QKeySequence(Qt::Key_W), "warning"),
            &QAction::triggered, this, &ModelPanel::showWorst);
    connect(makeAction("model.swap", tr("Swap A and B"), tr("Show B in the place of A"),
                       QKeySequence(Qt::Key_S), "relative"),
            &QAction::triggered, this, &ModelPanel::swap);
    connect(makeAction("model.filter", tr("Filter tensors"), tr("Type words of a tensor's name"),
                       QKeySequence::Find, "filter"),
            &QAction::triggered, this, [this] { bar_->filter().setFocus(Qt::ShortcutFocusReason); });
    connect(makeAction("model.copy", tr("Copy rows"), tr("Copy the selected rows as a table"),
                       QKeySequence::Copy, "copy"),
            &QAction::triggered, this, &ModelPanel::copyRows);
}

void ModelPanel::build() {
    bar_ = new ModelBar({actions_[1], actions_[0]}, this);
    auto* splitter = new QSplitter(this);
    splitter->setHandleWidth(splitterWidth);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(leftColumn());
    splitter->addWidget(rightColumn());
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({1106, rightWidth});
    for (QAction* action : actions_)
        splitter->addAction(action);
    empty_ = new EmptyState(QString(), QString(), this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(empty_);
    stack_->addWidget(splitter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar_);
    column->addWidget(noteRow());
    column->addWidget(stack_, 1);
}

QWidget* ModelPanel::noteRow() {
    note_ = new QWidget(this);
    note_->setObjectName("model.note");
    noteText_ = new QLabel(note_);
    noteText_->setWordWrap(true);
    noteText_->setProperty("bad", true);
    auto* again = new QPushButton(tr("Ask again"), note_);
    connect(again, &QPushButton::clicked, this, [this] {
        profiles_.retry();
        wantProfiles();
        refresh();
    });
    auto* row = new QHBoxLayout(note_);
    row->setContentsMargins(measure::padding, measure::grid, measure::padding, measure::grid);
    row->addWidget(noteText_, 1);
    row->addWidget(again);
    note_->hide();
    return note_;
}

QWidget* ModelPanel::leftColumn() {
    tensors_ = new TensorModel(this);
    table_ = new TensorTableView(this);
    table_->setObjectName("model.table");
    table_->setAccessibleName(tr("Tensors"));
    table_->setModel(tensors_);
    delegate_ = new TensorDelegate(table_);
    table_->setItemDelegate(delegate_);
    chart_ = new LayerChart(this);
    chartHeader_ = new SectionHeader(tr("Layers"), this);
    auto* below = new QWidget(this);
    auto* column = new QVBoxLayout(below);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(chartHeader_);
    column->addWidget(chart_, 1);
    auto* left = new QSplitter(Qt::Vertical, this);
    left->setHandleWidth(splitterWidth);
    left->setChildrenCollapsible(false);
    left->addWidget(table_);
    left->addWidget(below);
    left->setStretchFactor(0, 1);
    left->setSizes({560, 230});
    return left;
}

QWidget* ModelPanel::rightColumn() {
    auto* right = new QWidget(this);
    right->setMinimumWidth(260);
    right->setAutoFillBackground(true);
    right->setBackgroundRole(QPalette::Base);
    numbers_ = new NumbersModel(this);
    numbersTable_ = new QTableView(right);
    dressTable(*numbersTable_);
    numbersTable_->setObjectName("model.numbers");
    numbersTable_->setAccessibleName(tr("What was measured"));
    numbersTable_->setModel(numbers_);
    numbersTable_->setItemDelegate(new FigureDelegate(numbersTable_));
    tensor_ = new TensorView(right);
    tensorHeader_ = new SectionHeader(tr("Tensor"), right);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(new SectionHeader(tr("Measured"), right));
    column->addWidget(numbersTable_, 1);
    column->addWidget(tensorHeader_);
    column->addWidget(tensor_, 1);
    return right;
}

void ModelPanel::listen() {
    connect(&session_.results, &Results::opened, this, &ModelPanel::startAnew);
    connect(&session_.results, &Results::committed, this, [this] {
        askItems();
        askDetails();
    });
    connect(&session_.document, &OpenDocument::derivedChanged, this, [this] {
        askItems();
        refresh();
    });
    connect(&session_.selection, &Selection::reconstructionAsked, this, &ModelPanel::showItem);
    connect(&session_.selection, &Selection::pointChanged, this, &ModelPanel::showPoint);
    connect(&session_.selection, &Selection::anchorChanged, this, &ModelPanel::stylesChanged);
    connect(&profiles_, &AskedValues::changed, this, [this] {
        askTable();
        refresh();
    });
    connect(empty_, &EmptyState::asked, this, &ModelPanel::act);
    connect(bar_, &ModelBar::chosen, this, &ModelPanel::choose);
    connect(bar_, &ModelBar::filtered, this, [this](const QString& words) {
        tensors_->setFilter(words);
        selectTensor(current_);
        showStatus();
    });
    connect(bar_, &ModelBar::searchedOnlyToggled, this, [this](bool only) {
        tensors_->setSearchedOnly(only);
        selectTensor(current_);
        showStatus();
    });
    connect(bar_, &ModelBar::errorKindChosen, this, [this](ErrorKindShown kind) {
        kindChosen_ = true;
        setErrorKind(kind);
    });
    connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this, &ModelPanel::sortBy);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ModelPanel::tensorSelected);
    connect(chart_, &LayerChart::chosen, this, &ModelPanel::selectTensor);
}

// --- hands -------------------------------------------------------------------------------------------------

void ModelPanel::showWorst() {
    if (tensors_->worst() >= 0 && tensors_->rowOf(tensors_->worst()) < 0) bar_->filter().clear();
    selectTensor(tensors_->worst());
}

void ModelPanel::swap() {
    if (b_) choose(b_, a_);
}

/// Of the table that has the keys.
void ModelPanel::copyRows() {
    copySelected(numbersTable_->hasFocus() ? *numbersTable_ : *table_);
}

void ModelPanel::copySelected(const QTableView& table) {
    const QAbstractItemModel& model = *table.model();
    QModelIndexList rows = table.selectionModel()->selectedRows();
    if (rows.isEmpty()) return;
    std::sort(rows.begin(), rows.end());
    QStringList lines, header;
    for (int column = 0; column < model.columnCount(); ++column)
        header += model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines += header.join('\t');
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells += row.siblingAtColumn(column).data().toString();
        lines += cells.join('\t');
    }
    QGuiApplication::clipboard()->setText(lines.join('\n') + '\n');
}

/// The greatest first; a third click brings the model's own order back.
void ModelPanel::sortBy(int column) {
    const bool isText = tensors_->columnAt(column) < TensorModel::Column::Weights;
    const Qt::SortOrder first = isText ? Qt::AscendingOrder : Qt::DescendingOrder;
    const bool again = column == tensors_->sortColumn();
    if (again && tensors_->sortOrder() != first)
        tensors_->sort(-1, Qt::AscendingOrder);
    else
        tensors_->sort(column, !again ? first : isText ? Qt::DescendingOrder : Qt::AscendingOrder);
    table_->scrollTo(table_->currentIndex());
}

void ModelPanel::selectTensor(int tensor) {
    current_ = tensor;
    const int row = tensors_->rowOf(tensor);
    if (row < 0) {
        table_->clearSelection();
    } else {
        table_->setCurrentIndex(tensors_->index(row, 0));
        table_->scrollTo(tensors_->index(row, 0));
    }
    showTensor();
}

void ModelPanel::tensorSelected() {
    current_ = tensors_->tensorAt(table_->currentIndex().row());
    showTensor();
}

void ModelPanel::showTensor() {
    chart_->setCurrent(current_);
    tensor_->setRow(current_ < 0 ? std::nullopt
                                 : std::optional(tensors_->table().rows[static_cast<std::size_t>(current_)]));
}

void ModelPanel::setErrorKind(ErrorKindShown kind) {
    tensors_->setErrorKind(kind);
    bar_->setErrorKind(kind);
    chart_->setTable(tensors_->table(), kind);
    selectTensor(current_);
    refresh();
}

// --- how it is shown ---------------------------------------------------------------------------------------

bool ModelPanel::settled() const {
    const auto has = [this](std::optional<store::ItemId> item) {
        if (!item) return true;
        const auto key = keyOf(item);
        return key ? profiles_.asked(*key).settled() : detailOf(item).item == *item;
    };
    return a_ && !tableWaits_ && !detailsWait_ && has(a_) && has(b_) && shown_.profileA == profileOf(a_);
}

void ModelPanel::refresh() {
    refreshEmpty();
    refreshNote();
    const bool shows = stack_->currentWidget() != empty_;
    for (QAction* action : actions_)
        action->setEnabled(shows);
    actions_[1]->setEnabled(shows && b_);
    bar_->setVisible(hasItems_);
    bar_->setKnown(tensors_->table().knows(ErrorKindShown::Outputs),
                   tensors_->table().knows(ErrorKindShown::Predictions));
    const ErrorKindShown kind = tensors_->errorKind();
    const QString error = kind == ErrorKindShown::Weights   ? tr("error of the weights")
                          : kind == ErrorKindShown::Outputs ? tr("error of what they put out")
                                                            : tr("divergence that each makes by itself");
    const QString why = whyNoValues();
    tensors_->setWhyNoValues(why);
    tensor_->setWhyNoValues(why);
    chartHeader_->setDetail(tensors_->table().hasB ? tr("%1, bars A, lines B").arg(error) : error);
    refreshColours();
    showStatus();
}

void ModelPanel::refreshEmpty() {
    if (hasItems_) {
        stack_->setCurrentIndex(1);
        return;
    }
    if (modelMeasures(session_.document).empty())
        empty_->say(
            tr("The tensors of compressed models appear here. This study measures none: put a codec of "
               "weights behind a model and measure what comes back with Perplexity or Tensor error."),
            tr("Show graph"));
    else
        empty_->say(tr("The tensors of the compressed models appear here once the study has run."),
                    tr("Run"));
    stack_->setCurrentWidget(empty_);
}

void ModelPanel::act() {
    if (modelMeasures(session_.document).empty())
        emit graphAsked();
    else
        emit runAsked();
}

void ModelPanel::refreshNote() {
    const std::optional<Error> error = failure();
    note_->setVisible(error.has_value());
    if (error)
        noteText_->setText(QString("%1 %2").arg(QString::fromStdString(error->what()),
                                                QString::fromStdString(error->remedy())));
}

QString ModelPanel::whyNoValues() const {
    if (failure()) return tr("The model could not be read");
    if (a_ && detailOf(a_).item == *a_ && !keyOf(a_))
        return tr("Add the measure Tensor error to the study to see how values are spread");
    return tr("The histogram is on its way");
}

void ModelPanel::refreshColours() {
    const QColor a = colourOf(a_), b = colourOf(b_);
    delegate_->setAreaColour(a);
    tensor_->setAreaColour(a);
    chart_->setColours(a, b);
    table_->viewport()->update();
}

void ModelPanel::stylesChanged() {
    fillBar();
    refreshColours();
}

void ModelPanel::showStatus() {
    if (!isVisible()) return;
    const QLocale locale;
    const int all = static_cast<int>(tensors_->table().rows.size()), rows = tensors_->rowCount();
    QString text;
    if (hasItems_ && all > 0)
        text = rows == all ? tr("%1 tensors").arg(locale.toString(all))
                           : tr("%1 of %2 tensors").arg(locale.toString(rows), locale.toString(all));
    if (profiles_.waiting() > 0) text += QString("    ") + tr("Reading the model from its stream");
    if (text == lastStatus_) return;
    lastStatus_ = text;
    emit statusText(text);
}

void ModelPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    lastStatus_ = QString();
    askDetails();
    refresh();
}

void ModelPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && stack_) stylesChanged();
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
