#include "views/inspector/tuple_table.h"

#include "core/graph/findings.h"
#include "views/inspector/elided_header.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int fewestRows = 3, mostRows = 8;

}  // namespace

TupleTable::TupleTable(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), model_(new TupleModel(session, this)), view_(new QTableView(this)) {
    view_->setObjectName("tuples");
    view_->setModel(model_);
    view_->setHorizontalHeader(new ElidedHeader(view_));
    view_->setFont(tableFont());
    view_->setAccessibleName(tr("Table of the sweep"));
    view_->verticalHeader()->setDefaultSectionSize(measure::row);
    view_->verticalHeader()->hide();
    view_->horizontalHeader()->setDefaultSectionSize(84);
    view_->horizontalHeader()->setStretchLastSection(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setStyleSheet("QTableView { border: 1px solid palette(mid); }");
    view_->setTabKeyNavigation(false);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(measure::grid);
    connect(addButton("addRow", "add", tr("Add a row")), &QToolButton::clicked, model_, &TupleModel::addRow);
    connect(addButton("removeRows", "remove", tr("Remove the selected rows")), &QToolButton::clicked, this,
            &TupleTable::removeRows);
    connect(addButton("addColumn", "table", tr("Add a column")), &QToolButton::clicked, this,
            &TupleTable::offerColumns);
    connect(addButton("removeColumn", "delete", tr("Remove the current column")), &QToolButton::clicked, this,
            &TupleTable::removeColumn);
    connect(addButton("paste", "import", tr("Paste rows of tab- or comma-separated values")),
            &QToolButton::clicked, this, &TupleTable::paste);
    for (QToolButton* button : findChildren<QToolButton*>(Qt::FindDirectChildrenOnly))
        buttons->addWidget(button);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(measure::grid);
    column->addWidget(view_);
    column->addLayout(buttons);

    view_->installEventFilter(this);
    connect(model_, &TupleModel::refused, this, &TupleTable::refused);
    connect(model_, &QAbstractItemModel::rowsInserted, this, &TupleTable::fitHeight);
    connect(model_, &QAbstractItemModel::rowsRemoved, this, &TupleTable::fitHeight);
    connect(model_, &QAbstractItemModel::modelReset, this, &TupleTable::fitHeight);
    fitHeight();
}

/// Not by a shortcut: the window has one for the same keys.
bool TupleTable::eventFilter(QObject* watched, QEvent* event) {
    const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (watched != view_ || !isKey || !static_cast<QKeyEvent*>(event)->matches(QKeySequence::Paste))
        return QWidget::eventFilter(watched, event);
    event->accept();
    if (event->type() == QEvent::KeyPress) paste();
    return true;
}

QToolButton* TupleTable::addButton(const QString& name, const QString& iconName, const QString& text) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setIcon(icon(iconName));
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setFixedSize(measure::field, measure::field);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

void TupleTable::show(const graph::SweepColumn& column) {
    model_->show(column);
}

void TupleTable::fitHeight() {
    const int rows = std::clamp(model_->rowCount(), fewestRows, mostRows);
    view_->setFixedHeight(rows * measure::row + view_->horizontalHeader()->sizeHint().height() + 2);
}

void TupleTable::offerColumns() {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto& columns = model_->sweep().columns;
    const auto offer = [&](QMenu* in, const graph::SweepColumn& column, const QString& text) {
        const bool there = std::any_of(columns.begin(), columns.end(), [&](const graph::SweepColumn& one) {
            return one.node == column.node && one.parameter == column.parameter;
        });
        if (there) return;
        QAction* action = in->addAction(text);
        action->setObjectName(QString::fromStdString(column.text()));
        connect(action, &QAction::triggered, model_, [this, column] { model_->addColumn(column); });
    };
    const graph::Document& document = session_.document.document();
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* const manifest = session_.document.catalogue().find(node.type);
        if (!manifest || manifest->parameters.empty()) continue;
        QMenu* in = menu->addMenu(QString::fromStdString(node.slug));
        for (const graph::Parameter& parameter : manifest->parameters)
            if (graph::whyNotSwept(*manifest, parameter.id).empty())
                offer(in, {node.slug, parameter.id, {}}, QString::fromStdString(parameter.label));
        in->menuAction()->setVisible(!in->isEmpty());
    }
    for (const graph::Variable& variable : document.variables)
        offer(menu, {"", variable.name, {}}, tr("Variable %1").arg(QString::fromStdString(variable.name)));
    auto* button = findChild<QToolButton*>("addColumn");
    menu->popup(button->mapToGlobal(QPoint(0, button->height())));
}

void TupleTable::removeRows() {
    std::vector<std::size_t> rows;
    for (const QModelIndex& index : view_->selectionModel()->selectedIndexes())
        rows.push_back(static_cast<std::size_t>(index.row()));
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    model_->removeRowsAt(rows);
}

void TupleTable::removeColumn() {
    if (const QModelIndex current = view_->currentIndex(); current.isValid())
        model_->removeColumnAt(static_cast<std::size_t>(current.column()));
    else
        emit refused(tr("No column is chosen. Click a cell of the one to remove."));
}

void TupleTable::paste() {
    const QModelIndex current = view_->currentIndex();
    model_->paste(QGuiApplication::clipboard()->text(), static_cast<std::size_t>(std::max(0, current.row())),
                  static_cast<std::size_t>(std::max(0, current.column())));
}

}  // namespace ratescope::views
