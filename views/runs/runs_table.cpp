#include "views/runs/runs_table.h"

#include "views/runs/runs_delegate.h"
#include "views/runs/runs_header.h"
#include "views/runs/runs_model.h"
#include "views/theme/tokens.h"

#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSignalBlocker>
#include <algorithm>

namespace ratescope::views {

RunsTable::RunsTable(Session& session, RunsModel& model, QWidget* parent)
    : QTableView(parent),
      session_(session),
      model_(model),
      header_(new RunsHeader(this)),
      delegate_(new RunsDelegate(session, model, this)) {
    setObjectName("runs.table");
    setAccessibleName(tr("Runs"));
    setHorizontalHeader(header_);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(measure::row);
    verticalHeader()->setDefaultSectionSize(measure::row);
    setItemDelegate(delegate_);
    setModel(&model);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setCornerButtonEnabled(false);
    connect(&model, &RunsModel::aboutToChange, this, &RunsTable::keepPlace);
    connect(&model, &RunsModel::changed, this, &RunsTable::takePlace);
    connect(&model, &QAbstractItemModel::modelReset, this, &RunsTable::applyColumns);
    connect(&model, &QAbstractItemModel::rowsInserted, this, &RunsTable::tellVisible);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, &RunsTable::tellVisible);
    connect(&session.selection, &Selection::itemChanged, this, &RunsTable::followSelection);
    connect(&session.selection, &Selection::pointedBranchChanged, viewport(), qOverload<>(&QWidget::update));
    connect(header_, &QHeaderView::sectionClicked, this, &RunsTable::clickedHeader);
    connect(header_, &QHeaderView::customContextMenuRequested, this, &RunsTable::showColumnMenu);
    const auto remember = [this] {
        if (!applying_) emit columnsChanged();
    };
    connect(header_, &QHeaderView::sectionResized, this, remember);
    connect(header_, &QHeaderView::sectionMoved, this, remember);
    applyColumns();
}

// --- its place -------------------------------------------------------------------------------------------------

void RunsTable::keepPlace() {
    changing_ = true;
    const int top = verticalScrollBar()->value() / measure::row;
    isTopmost_ = verticalScrollBar()->value() == 0;
    anchor_ = 0;
    // The row that the user is at stays, where it can be seen; else the topmost one.
    int row = currentIndex().isValid() ? currentIndex().row() : -1;
    const int y = row < 0 ? -1 : rowViewportPosition(row);
    if (y < 0 || y >= viewport()->height()) row = top;
    if (row >= model_.rowCount()) return;
    anchor_ = model_.keyOf(row);
    anchorY_ = row * measure::row - verticalScrollBar()->value();
}

void RunsTable::takePlace() {
    changing_ = false;
    const int row = anchor_ == 0 ? -1 : model_.rowOf(anchor_);
    if (row >= 0 && !isTopmost_) verticalScrollBar()->setValue(row * measure::row - anchorY_);
    followSelection();
    setHovered(-1);
    tellVisible();
}

void RunsTable::followSelection() {
    if (changing_ || telling_) return;
    const std::optional<store::ItemId> item = session_.selection.item();
    const qint64 here = currentIndex().isValid() ? currentIndex().data(ItemRole).toLongLong() : 0;
    if (!item) {
        if (here) clearSelection();
        return;
    }
    if (here == *item && selectionModel()->isRowSelected(currentIndex().row(), {})) return;
    const int row = model_.showItem(*item);
    if (row < 0) return clearSelection();
    const QModelIndex index = model_.index(row, std::max(0, indexOfShown("branch")));
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void RunsTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (changing_ || !current.isValid()) return;
    const qint64 item = current.data(ItemRole).toLongLong();
    // The rows that a click selects come after the current one: a Ctrl click adds its own to the others.
    const QScopedValueRollback telling(telling_, true);
    session_.selection.setItem(item ? std::optional(store::ItemId{item}) : std::nullopt);
}

void RunsTable::tellVisible() {
    const int top = verticalScrollBar()->value();
    model_.setVisible(top / measure::row, (top + viewport()->height()) / measure::row);
}

void RunsTable::scrollContentsBy(int dx, int dy) {
    QTableView::scrollContentsBy(dx, dy);
    if (dy != 0) tellVisible();
}

void RunsTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    tellVisible();
}

// --- mouse and keys --------------------------------------------------------------------------------------------

void RunsTable::toggle(int row) {
    const int current = currentIndex().row();
    // Whoever stands in a group that closes stands on it then, not on the next item.
    if (model_.isOpen(row) && current > row && model_.isBelow(current, row))
        setCurrentIndex(model_.index(row, currentIndex().column()));
    model_.setOpen(row, !model_.isOpen(row));
}

void RunsTable::keyPressEvent(QKeyEvent* event) {
    const QModelIndex here = currentIndex();
    const bool isGroup = here.isValid() && here.data(GroupRole).toBool();
    if (event->matches(QKeySequence::Copy)) {
        emit copyAsked();
        return;
    }
    if (isGroup && (event->key() == Qt::Key_Right || event->key() == Qt::Key_Left) &&
        model_.isOpen(here.row()) == (event->key() == Qt::Key_Left)) {
        toggle(here.row());
        return;
    }
    if (isGroup && (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return)) {
        toggle(here.row());
        return;
    }
    if (here.isValid() && !isGroup && event->key() == Qt::Key_Return) {
        emit session_.selection.reconstructionAsked(here.data(ItemRole).toLongLong());
        return;
    }
    QTableView::keyPressEvent(event);
}

void RunsTable::mousePressEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool isBranch = index.isValid() && model_.column(index.column()).kind == RunColumn::Kind::Branch;
    const int x = static_cast<int>(event->position().x()) - (index.isValid() ? visualRect(index).left() : 0);
    QTableView::mousePressEvent(event);
    if (event->button() == Qt::LeftButton && isBranch && index.data(GroupRole).toBool() &&
        x < measure::padding + measure::icon)
        toggle(index.row());
}

void RunsTable::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    if (!index.isValid()) return;
    if (index.data(GroupRole).toBool())
        toggle(index.row());
    else
        emit session_.selection.reconstructionAsked(index.data(ItemRole).toLongLong());
}

void RunsTable::mouseMoveEvent(QMouseEvent* event) {
    setHovered(rowAt(static_cast<int>(event->position().y())));
    QTableView::mouseMoveEvent(event);
}

void RunsTable::leaveEvent(QEvent* event) {
    setHovered(-1);
    QTableView::leaveEvent(event);
}

void RunsTable::setHovered(int row) {
    if (row == hovered_) return;
    hovered_ = row;
    delegate_->setHovered(row);
    const QString branch =
        row < 0 || row >= model_.rowCount() ? QString() : model_.index(row, 0).data(BranchRole).toString();
    session_.selection.pointAtBranch(branch.toStdString());
    viewport()->update();
}

// --- columns ---------------------------------------------------------------------------------------------------

void RunsTable::clickedHeader(int section) {
    const QString id = model_.column(section).id;
    // Up, down, and back to the order of the document.
    const bool isSame = id == sorted_;
    if (isSame && descending_)
        sorted_.clear();
    else
        sorted_ = id;
    descending_ = isSame && !descending_;
    header_->setSortIndicatorShown(!sorted_.isEmpty());
    header_->setSortIndicator(section, descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);
    header_->viewport()->update();
    emit orderAsked(sorted_.isEmpty() ? -1 : section, descending_);
}

void RunsTable::showColumnMenu(const QPoint& position) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; i < model_.columnCount(); ++i) {
        // The first column has the rows' names and the groups' handles.
        if (model_.column(i).kind == RunColumn::Kind::Branch) continue;
        QAction* action = menu->addAction(model_.column(i).header());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
        connect(action, &QAction::toggled, this, [this, i](bool shown) {
            setColumnHidden(i, !shown);
            emit columnsChanged();
        });
    }
    menu->popup(header_->mapToGlobal(position));
}

QByteArray RunsTable::columnState() const {
    QByteArrayList parts;
    for (int visual = 0; visual < header_->count(); ++visual) {
        const int i = header_->logicalIndex(visual);
        const bool isShown = !isColumnHidden(i);
        const int width = isShown ? columnWidth(i) : model_.column(i).width;
        parts << model_.column(i).id.toUtf8() + '\t' + QByteArray::number(width) + '\t' +
                     (isShown ? "1" : "0");
    }
    return parts.join('\n');
}

void RunsTable::restoreColumns(const QByteArray& state) {
    columnViews_.clear();
    for (const QByteArray& line : state.split('\n')) {
        const QByteArrayList parts = line.split('\t');
        if (parts.size() == 3)
            columnViews_.push_back({QString::fromUtf8(parts[0]), parts[1].toInt(), parts[2] == "1"});
    }
    applyColumns();
}

void RunsTable::applyColumns() {
    applying_ = true;
    int place = 0;
    for (int i = 0; i < model_.columnCount(); ++i) {
        const RunColumn& column = model_.column(i);
        // A hidden one has no size to go by.
        setColumnHidden(i, false);
        setColumnWidth(i, std::max(column.width, header_->sectionSizeHint(i)));
        setColumnHidden(i, !column.shownAtFirst);
    }
    for (const ColumnView& view : columnViews_) {
        const int i = indexOfShown(view.id);
        if (i < 0) continue;
        if (view.width > 0) setColumnWidth(i, view.width);
        setColumnHidden(i, !view.isShown && view.id != "branch");
        header_->moveSection(header_->visualIndex(i), place++);
    }
    if (const int i = indexOfShown(sorted_); i >= 0)
        header_->setSortIndicator(i, descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);
    applying_ = false;
}

int RunsTable::indexOfShown(const QString& id) const {
    for (int i = 0; i < model_.columnCount(); ++i)
        if (model_.column(i).id == id) return i;
    return -1;
}

// --- what others take from it ----------------------------------------------------------------------------------

QString RunsTable::copyText() const {
    constexpr int mostRows = 10'000;
    std::vector<int> columns;
    for (int visual = 0; visual < header_->count(); ++visual)
        if (const int i = header_->logicalIndex(visual); !isColumnHidden(i)) columns.push_back(i);
    QStringList lines, cells;
    for (const int i : columns)
        cells << model_.column(i).header();
    lines << cells.join('\t');
    const QModelIndexList rows = selectionModel()->selectedRows(columns.front());
    for (qsizetype n = 0; n < std::min<qsizetype>(rows.size(), mostRows); ++n) {
        cells.clear();
        for (const int i : columns) {
            const QModelIndex cell = model_.index(rows[n].row(), i);
            const QVariant value = cell.data(ValueRole);
            cells << (value.isValid()
                          ? QLocale::c().toString(value.toDouble(), 'g', QLocale::FloatingPointShortest)
                          : cell.data(Qt::DisplayRole).toString());
        }
        lines << cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

std::vector<store::ItemId> RunsTable::firstTwoSelected() const {
    std::vector<store::ItemId> items;
    for (const QModelIndex& row : selectionModel()->selectedRows())
        if (const qint64 item = row.data(ItemRole).toLongLong(); item && items.size() < 2)
            items.push_back(item);
    return items;
}

void RunsTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

}  // namespace ratescope::views
