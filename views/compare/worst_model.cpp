#include "views/compare/worst_model.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"

#include <QFileInfo>
#include <algorithm>

namespace ratescope::views {

WorstModel::WorstModel(StyleOf styleOf, QObject* parent)
    : QAbstractTableModel(parent), styleOf_(std::move(styleOf)) {}

void WorstModel::setTable(const WorstTable& table) {
    const bool sameColumns = table.series.size() == table_.series.size() && table.metric == table_.metric &&
                             table.choice.series == table_.choice.series;
    beginResetModel();
    table_ = table;
    names_.clear();
    for (const WorstRow& row : table_.rows)
        ++names_[QFileInfo(QString::fromStdString(row.asset)).completeBaseName()];
    if (!sameColumns) {
        const auto base =
            std::find_if(table_.series.begin(), table_.series.end(),
                         [&](const curves::SeriesInfo& one) { return one.slug == table_.choice.series; });
        sortColumn_ = base == table_.series.end() ? 0 : 1 + static_cast<int>(base - table_.series.begin());
        sortOrder_ = worstFirst(sortColumn_);
    }
    sortRows();
    endResetModel();
}

Qt::SortOrder WorstModel::worstFirst(int column) const {
    const bool high = column > 0 && table_.metric.better == graph::Better::Lower;
    return high ? Qt::DescendingOrder : Qt::AscendingOrder;
}

std::string WorstModel::assetOf(int row) const {
    return row < 0 || row >= rowCount() ? std::string() : table_.rows[static_cast<std::size_t>(row)].asset;
}

int WorstModel::rowOf(const std::string& asset) const {
    const auto found = std::find_if(table_.rows.begin(), table_.rows.end(),
                                    [&](const WorstRow& row) { return row.asset == asset; });
    return found == table_.rows.end() ? -1 : static_cast<int>(found - table_.rows.begin());
}

void WorstModel::stylesChanged() {
    if (columnCount() > 1) emit headerDataChanged(Qt::Horizontal, 1, columnCount() - 1);
}

int WorstModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int WorstModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 1 + static_cast<int>(table_.series.size());
}

/// The extension is left out where the name is clear without it.
QString WorstModel::nameOf(const std::string& asset) const {
    const QString whole = QString::fromStdString(asset), name = QFileInfo(whole).completeBaseName();
    const auto found = names_.find(name);
    return found != names_.end() && found->second == 1 ? name : whole;
}

int WorstModel::decimals() const {
    return table_.metric.unit.empty() ? 4 : 2;
}

QVariant WorstModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const WorstRow& row = table_.rows[static_cast<std::size_t>(index.row())];
    const QString asset = QString::fromStdString(row.asset);
    if (index.column() == 0) {
        if (role == Qt::DisplayRole) return nameOf(row.asset);
        if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole) return asset;
        return {};
    }
    const std::optional<double> value = row.values[static_cast<std::size_t>(index.column() - 1)];
    switch (role) {
        case Qt::DisplayRole:
            return numberText(value, decimals());
        case Qt::ToolTipRole:
            return value ? QString("%1 %2").arg(numberText(value, 10),
                                                QString::fromStdString(table_.metric.unit))
                         : tr("Nothing is measured here");
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant WorstModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const QString arrow = section != sortColumn_             ? QString()
                          : sortOrder_ == Qt::AscendingOrder ? QString(" ") + QChar(0x2191)
                                                             : QString(" ") + QChar(0x2193);
    if (section == 0)
        return role == Qt::DisplayRole   ? QVariant(tr("Picture") + arrow)
               : role == Qt::ToolTipRole ? QVariant(tr("%1: click to sort").arg(tr("Picture")))
                                         : QVariant();
    const curves::SeriesInfo& series = table_.series[static_cast<std::size_t>(section - 1)];
    const QString title = QString::fromStdString(series.title);
    switch (role) {
        case Qt::DisplayRole:
            return title + arrow;
        case Qt::DecorationRole:
            return seriesMark(styleOf_(series));
        case Qt::ToolTipRole:
            return tr("%1: click to sort").arg(title);
        default:
            return {};
    }
}

void WorstModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columnCount()) return;
    emit layoutAboutToBeChanged();
    const QModelIndexList from = persistentIndexList();
    std::vector<std::string> assets;
    for (const QModelIndex& index : from)
        assets.push_back(assetOf(index.row()));
    sortColumn_ = column;
    sortOrder_ = order;
    sortRows();
    for (qsizetype i = 0; i < from.size(); ++i)
        changePersistentIndex(from[i], index(rowOf(assets[static_cast<std::size_t>(i)]), from[i].column()));
    emit layoutChanged();
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

void WorstModel::sortRows() {
    const bool rising = sortOrder_ == Qt::AscendingOrder;
    const auto before = [&](const WorstRow& a, const WorstRow& b) {
        if (sortColumn_ == 0) return rising ? a.asset < b.asset : b.asset < a.asset;
        const auto& x = a.values[static_cast<std::size_t>(sortColumn_ - 1)];
        const auto& y = b.values[static_cast<std::size_t>(sortColumn_ - 1)];
        // What is not there stands last either way.
        if (!x || !y) return x.has_value() && !y.has_value();
        return rising ? *x < *y : *y < *x;
    };
    std::stable_sort(table_.rows.begin(), table_.rows.end(), before);
}

}  // namespace ratescope::views
