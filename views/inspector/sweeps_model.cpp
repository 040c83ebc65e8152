#include "views/inspector/sweeps_model.h"

#include "views/controls/tabular.h"
#include "views/inspector/run_count.h"

#include <QLocale>
#include <QStringList>

namespace ratescope::views {
namespace {

QString itemsText(const ColumnReach& reached) {
    return reached.items ? QLocale().toString(static_cast<qulonglong>(*reached.items))
                         : numberText(std::nullopt, 0);
}

}  // namespace

SweepsModel::SweepsModel(Session& session, QObject* parent) : QAbstractTableModel(parent), session_(session) {
    connect(&session.document, &OpenDocument::derivedChanged, this, &SweepsModel::refresh);
    refresh();
}

SweepsModel::Row SweepsModel::rowOf(const graph::Sweep& sweep) const {
    Row row;
    QStringList names;
    for (const graph::SweepColumn& column : sweep.columns)
        names += QString::fromStdString(column.text());
    row.what = names.join(", ");
    if (sweep.columns.empty()) return row;
    row.values =
        sweep.columns.size() == 1 ? summaryOf(valuesIn(sweep, 0)) : tr("%1 rows").arg(sweep.rows.size());
    const graph::SweepColumn& first = sweep.columns.front();
    const ColumnReach reached = reachedBy(session_, first.text());
    row.branches = reached.branches;
    row.items = itemsText(reached);
    row.node = first.node;
    if (row.node.empty())
        if (const auto reader =
                readerOf(session_.document.document(), session_.document.catalogue(), first.parameter))
            row.node = reader->first;
    return row;
}

SweepsModel::Row SweepsModel::rowOf(const graph::Reach& reach) const {
    Row row;
    row.what = QString::fromStdString(reach.text());
    QStringList targets;
    for (const double target : reach.targets)
        targets += textOf(target);
    row.values = QString::fromStdString(reach.quantity) + " " + targets.join(", ");
    const ColumnReach reached = reachedBy(session_, reach.targetColumn());
    row.branches = reached.branches;
    row.items = itemsText(reached);
    row.node = reach.node;
    return row;
}

void SweepsModel::refresh() {
    const graph::Document& document = session_.document.document();
    std::vector<Row> rows;
    for (const graph::Sweep& sweep : document.sweeps)
        rows.push_back(rowOf(sweep));
    for (const graph::Reach& reach : document.reaches)
        rows.push_back(rowOf(reach));
    if (rows == rows_) return;
    if (rows.size() != rows_.size()) {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
        return;
    }
    rows_ = std::move(rows);
    emit dataChanged(index(0, 0), index(static_cast<int>(rows_.size()) - 1, columns - 1));
}

std::string SweepsModel::nodeAt(int row) const {
    return row >= 0 && row < rowCount() ? rows_[static_cast<std::size_t>(row)].node : std::string();
}

int SweepsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int SweepsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant SweepsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() == Items ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
        case What:
            return row.what;
        case Values:
            return row.values;
        case Branches:
            return row.branches;
        default:
            return row.items;
    }
}

QVariant SweepsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Items ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    if (orientation == Qt::Vertical) return section + 1;
    static const char* const names[] = {QT_TR_NOOP("Varied"), QT_TR_NOOP("Values"), QT_TR_NOOP("Branches"),
                                        QT_TR_NOOP("Items")};
    return section >= 0 && section < columns ? tr(names[section]) : QVariant();
}

}  // namespace ratescope::views
