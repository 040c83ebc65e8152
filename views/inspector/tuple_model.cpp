#include "views/inspector/tuple_model.h"

#include <QStringList>
#include <algorithm>
#include <iterator>

namespace ratescope::views {
namespace {

graph::SweepColumn nameOf(const graph::SweepColumn& column) {
    return {column.node, column.parameter, {}};
}

bool sameColumns(const graph::Sweep& a, const graph::Sweep& b) {
    return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                      [](const auto& x, const auto& y) { return nameOf(x) == nameOf(y); });
}

}  // namespace

std::vector<QStringList> cellsOf(const QString& text) {
    QStringList lines = QString(text).remove('\r').split('\n');
    while (!lines.isEmpty() && lines.back().trimmed().isEmpty())
        lines.removeLast();
    const QChar between = text.contains('\t') ? '\t' : text.contains(';') ? ';' : ',';
    std::vector<QStringList> rows;
    for (const QString& line : lines) {
        QStringList cells;
        for (QString cell : line.split(between)) {
            cell = cell.trimmed();
            if (cell.size() > 1 && cell.startsWith('"') && cell.endsWith('"'))
                cell = cell.mid(1, cell.size() - 2);
            cells += cell;
        }
        rows.push_back(cells);
    }
    return rows;
}

TupleModel::TupleModel(Session& session, QObject* parent) : QAbstractTableModel(parent), session_(session) {}

std::optional<SweepPlace> TupleModel::place() const {
    return placeOf(session_.document.document().sweeps, column_);
}

void TupleModel::show(const graph::SweepColumn& column) {
    column_ = nameOf(column);
    const auto there = place();
    take(there ? session_.document.document().sweeps[there->sweep] : graph::Sweep{});
}

void TupleModel::take(graph::Sweep sweep) {
    if (sweep == shown_) return;
    if (!sameColumns(sweep, shown_)) {
        beginResetModel();
        shown_ = std::move(sweep);
        endResetModel();
        return;
    }
    replaceRows(std::move(sweep));
}

/// Rows that both begin with and both end with stay; of those between, as many as both have change, and the rest come
/// or go. So the selection stays where it was.
void TupleModel::replaceRows(graph::Sweep sweep) {
    auto &old = shown_.rows, &now = sweep.rows;
    shown_.columns = sweep.columns;
    const auto [oldMid, nowMid] = std::mismatch(old.begin(), old.end(), now.begin(), now.end());
    const auto [oldEnd, nowEnd] = std::mismatch(old.rbegin(), std::make_reverse_iterator(oldMid),
                                                now.rbegin(), std::make_reverse_iterator(nowMid));
    const auto first = oldMid - old.begin();
    const auto gone = oldEnd.base() - oldMid, come = nowEnd.base() - nowMid;
    const auto changed = std::min(gone, come);
    std::copy(nowMid, nowMid + changed, oldMid);
    const int at = static_cast<int>(first + changed);
    if (changed > 0) emit dataChanged(index(static_cast<int>(first), 0), index(at - 1, columnCount() - 1));
    if (gone > changed) {
        beginRemoveRows({}, at, static_cast<int>(first + gone) - 1);
        old.erase(old.begin() + at, old.begin() + first + gone);
        endRemoveRows();
    }
    if (come > changed) {
        beginInsertRows({}, at, static_cast<int>(first + come) - 1);
        old.insert(old.begin() + at, nowMid + changed, nowEnd.base());
        endInsertRows();
    }
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

int TupleModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.rows.size());
}

int TupleModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.columns.size());
}

QVariant TupleModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const auto& row = shown_.rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    if (column >= row.size()) return {};
    if (role == Qt::DisplayRole || role == Qt::EditRole || role == Qt::ToolTipRole)
        return textOf(row[column]);
    const bool isText = std::holds_alternative<std::string>(row[column]);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    return {};
}

QString TupleModel::titleOf(const graph::SweepColumn& column) const {
    const graph::Parameter* const parameter =
        parameterOf(session_.document.document(), session_.document.catalogue(), column);
    if (column.node.empty()) return QString::fromStdString(column.parameter);
    const QString label = QString::fromStdString(parameter ? parameter->label : column.parameter);
    const bool own = !shown_.columns.empty() && column.node == shown_.columns.front().node;
    return own ? label : QString::fromStdString(column.node) + " " + QChar(0x00B7) + " " + label;
}

QVariant TupleModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    const auto column = static_cast<std::size_t>(section);
    if (column >= shown_.columns.size()) return {};
    if (role == Qt::DisplayRole) return titleOf(shown_.columns[column]);
    if (role == Qt::ToolTipRole) return QString::fromStdString(shown_.columns[column].text());
    if (role == Qt::TextAlignmentRole && rowCount() > 0) return data(index(0, section), role);
    return {};
}

Qt::ItemFlags TupleModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() ? flags | Qt::ItemIsEditable : flags;
}

ReadValue TupleModel::read(std::size_t column, const QString& text) const {
    const graph::Parameter* const parameter =
        parameterOf(session_.document.document(), session_.document.catalogue(), shown_.columns.at(column));
    if (!parameter)
        return {{}, tr("No parameter reads this column. Remove it, or let one read its variable.")};
    return readValue(*parameter, text);
}

bool TupleModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const auto there = place();
    if (role != Qt::EditRole || !index.isValid() || !there) return false;
    const auto column = static_cast<std::size_t>(index.column()), row = static_cast<std::size_t>(index.row());
    const ReadValue read = this->read(column, value.toString());
    emit refused(read.fault);
    if (!read.value) return false;
    if (shown_.rows[row].at(column) == *read.value) return true;
    apply(withCell(session_.document.document().sweeps, {there->sweep, column}, row, *read.value));
    return true;
}

void TupleModel::apply(Sweeps sweeps) {
    emit refused({});
    session_.document.apply(graph::setSweeps(std::move(sweeps)));
}

void TupleModel::addRow() {
    if (const auto there = place()) apply(withRow(session_.document.document().sweeps, there->sweep));
}

void TupleModel::removeRowsAt(const std::vector<std::size_t>& rows) {
    const auto there = place();
    if (!there || rows.empty()) return;
    if (rows.size() >= shown_.rows.size()) {
        emit refused(tr("A sweep has at least one row. Stop the sweep to be rid of the last."));
        return;
    }
    apply(withoutRows(session_.document.document().sweeps, there->sweep, rows));
}

void TupleModel::addColumn(const graph::SweepColumn& column) {
    const auto there = place();
    if (!there) return;
    const graph::Document& document = session_.document.document();
    const graph::Parameter* const parameter = parameterOf(document, session_.document.catalogue(), column);
    graph::ParameterValue fill = std::int64_t{0};
    if (const graph::Variable* variable = column.node.empty() ? document.variable(column.parameter) : nullptr)
        fill = variable->value;
    else if (parameter) {
        const graph::Node& node = *document.find(column.node);
        const auto bound = node.parameters.find(column.parameter);
        const auto* own =
            bound == node.parameters.end() ? nullptr : std::get_if<graph::ParameterValue>(&bound->second);
        fill = own ? *own : parameter->defaultValue;
    }
    apply(withColumn(document.sweeps, there->sweep, column, fill));
}

void TupleModel::removeColumnAt(std::size_t column) {
    if (column >= shown_.columns.size()) return;
    if (shown_.columns.size() == 1) {
        emit refused(tr("A table has at least one column. Stop the sweep to be rid of the last."));
        return;
    }
    const graph::SweepColumn gone = nameOf(shown_.columns[column]);
    // The table is found by another of its columns from now on.
    if (gone == column_) column_ = nameOf(shown_.columns[column == 0 ? 1 : 0]);
    apply(withoutColumn(session_.document.document().sweeps, gone));
}

void TupleModel::paste(const QString& text, std::size_t row, std::size_t column) {
    const auto there = place();
    const std::vector<QStringList> cells = cellsOf(text);
    if (!there || cells.empty()) return;
    graph::Sweep table = shown_;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t to = row + i;
        if (column + static_cast<std::size_t>(cells[i].size()) > table.columns.size()) {
            emit refused(
                tr("Line %1 has %2 values, and there are %3 columns from here on. Add columns first.")
                    .arg(i + 1)
                    .arg(cells[i].size())
                    .arg(table.columns.size() - column));
            return;
        }
        if (to >= table.rows.size())
            table.rows.push_back(table.rows.empty() ? Values(table.columns.size()) : table.rows.back());
        for (qsizetype j = 0; j < cells[i].size(); ++j) {
            const std::size_t at = column + static_cast<std::size_t>(j);
            ReadValue read = this->read(at, cells[i][j]);
            if (!read.value) {
                emit refused(tr("Line %1, %2: %3").arg(i + 1).arg(titleOf(table.columns[at]), read.fault));
                return;
            }
            table.rows[to].resize(table.columns.size(), *read.value);
            table.rows[to][at] = std::move(*read.value);
        }
    }
    Sweeps sweeps = session_.document.document().sweeps;
    sweeps[there->sweep] = std::move(table);
    apply(std::move(sweeps));
}

}  // namespace ratescope::views
