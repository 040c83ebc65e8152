#include "views/model/tensor_model.h"

#include "views/controls/tabular.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace ratescope::views {
namespace {

constexpr int bitDecimals = 3, errorDecimals = 4;
constexpr QChar change(0x0394);

QString signedText(double value, const QString& text) {
    return value > 0 ? '+' + text : text;
}

/// The text of a row that a column of texts shows; null for the others.
QString TensorRow::*nameIn(TensorModel::Column column) {
    switch (column) {
        case TensorModel::Column::Name:
            return &TensorRow::name;
        case TensorModel::Column::Shape:
            return &TensorRow::shape;
        case TensorModel::Column::Type:
            return &TensorRow::type;
        default:
            return nullptr;
    }
}

bool isNumber(TensorModel::Column column) {
    return !nameIn(column) && column != TensorModel::Column::Spread;
}

}  // namespace

void TensorModel::setTable(TensorTable table) {
    using enum Column;
    const std::vector<Column> columns =
        table.hasB ? std::vector{Name,       Shape, Type,   Weights,     Bits,  BitsB,
                                 BitsChange, Error, ErrorB, ErrorChange, Spread}
                   : std::vector{Name, Shape, Type, Weights, Bits, Error, Spread};
    beginResetModel();
    // Sorted by the same column, wherever it stands now.
    if (sortColumn_ >= 0) {
        const auto found = std::find(columns.begin(), columns.end(), columnAt(sortColumn_));
        sortColumn_ = found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
    }
    columns_ = columns;
    table_ = std::move(table);
    worst_ = table_.worst(kind_);
    fillOrder();
    endResetModel();
}

void TensorModel::setFilter(const QString& words) {
    words_ = words.toLower().split(' ', Qt::SkipEmptyParts);
    rearrange();
}

void TensorModel::setSearchedOnly(bool only) {
    searchedOnly_ = only;
    rearrange();
}

void TensorModel::setErrorKind(ErrorKindShown kind) {
    if (kind == kind_) return;
    kind_ = kind;
    worst_ = table_.worst(kind_);
    rearrange();
}

void TensorModel::rearrange() {
    beginResetModel();
    fillOrder();
    endResetModel();
}

bool TensorModel::passes(const TensorRow& row) const {
    if (searchedOnly_ && !row.searched) return false;
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return row.name.contains(word, Qt::CaseInsensitive); });
}

void TensorModel::fillOrder() {
    order_.clear();
    for (std::size_t i = 0; i < table_.rows.size(); ++i)
        if (passes(table_.rows[i])) order_.push_back(static_cast<int>(i));
    if (sortColumn_ >= 0) {
        const Column column = columnAt(sortColumn_);
        const bool rising = sortOrder_ == Qt::AscendingOrder;
        const auto row = [this](int tensor) -> const TensorRow& {
            return table_.rows[static_cast<std::size_t>(tensor)];
        };
        std::stable_sort(order_.begin(), order_.end(), [&](int first, int second) {
            if (const auto text = nameIn(column)) {
                const int compared = QString::compare(row(first).*text, row(second).*text);
                return rising ? compared < 0 : compared > 0;
            }
            const double a = valueOf(row(first), column), b = valueOf(row(second), column);
            // What is not known stands last either way.
            if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
            return rising ? a < b : b < a;
        });
    }
    places_.assign(table_.rows.size(), -1);
    for (std::size_t i = 0; i < order_.size(); ++i)
        places_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
}

int TensorModel::tensorAt(int row) const {
    return row < 0 || row >= rowCount() ? -1 : order_[static_cast<std::size_t>(row)];
}

int TensorModel::rowOf(int tensor) const {
    return tensor < 0 || tensor >= static_cast<int>(places_.size())
               ? -1
               : places_[static_cast<std::size_t>(tensor)];
}

int TensorModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int TensorModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

double TensorModel::valueOf(const TensorRow& row, Column column) const {
    switch (column) {
        case Column::Weights:
            return row.weights;
        case Column::Bits:
            return row.a.bits;
        case Column::BitsB:
            return row.b.bits;
        case Column::BitsChange:
            return row.a.bits - row.b.bits;
        case Column::Error:
            return row.a.errorOf(kind_);
        case Column::ErrorB:
            return row.b.errorOf(kind_);
        case Column::ErrorChange:
            return row.a.errorOf(kind_) - row.b.errorOf(kind_);
        case Column::Spread:
            return row.a.facts ? row.a.facts->high - row.a.facts->low : unknown;
        default:
            return unknown;
    }
}

QString TensorModel::textOf(const TensorRow& row, Column column) const {
    const double value = valueOf(row, column);
    switch (column) {
        case Column::Name:
            return row.name;
        case Column::Shape:
            return row.shape;
        case Column::Type:
            return row.type;
        case Column::Weights:
            return numberText(value, 0);
        case Column::Bits:
        case Column::BitsB:
            return numberText(value, bitDecimals);
        case Column::BitsChange:
            return signedText(value, numberText(value, bitDecimals));
        case Column::Error:
        case Column::ErrorB:
            return numberText(value, errorDecimals);
        case Column::ErrorChange:
            return signedText(value, numberText(value, errorDecimals));
        case Column::Spread:
            return {};
    }
    return {};
}

QString TensorModel::tipOf(const TensorRow& row, Column column) const {
    if (column == Column::Spread) {
        const auto& facts = row.a.facts ? row.a.facts : row.b.facts;
        if (!facts) return whyNoValues_;
        return tr("Values from %1 to %2. Line: the original, area: as compressed.")
            .arg(significantText(facts->low, 3), significantText(facts->high, 3));
    }
    if (!isNumber(column)) return textOf(row, column);
    const double value = valueOf(row, column);
    if (std::isnan(value)) return tr("Not known of this tensor");
    return QLocale().toString(value, 'g', 10);
}

QString TensorModel::titleOf(Column column) const {
    QString error = kind_ == ErrorKindShown::Weights   ? tr("Weight error")
                    : kind_ == ErrorKindShown::Outputs ? tr("Output error")
                                                       : tr("Sensitivity (nat)");
    switch (column) {
        case Column::Name:
            return tr("Tensor");
        case Column::Shape:
            return tr("Shape");
        case Column::Type:
            return tr("Type");
        case Column::Weights:
            return tr("Weights");
        case Column::Bits:
            return table_.hasB ? tr("Bits A") : tr("Bits");
        case Column::BitsB:
            return tr("Bits B");
        case Column::BitsChange:
            return change + QString(' ') + tr("bits");
        case Column::Error:
            return table_.hasB ? tr("Error A") : error;
        case Column::ErrorB:
            return tr("Error B");
        case Column::ErrorChange:
            return change + QString(' ') + tr("error");
        case Column::Spread:
            return tr("Values");
    }
    return {};
}

QString TensorModel::helpOf(Column column) const {
    QString error =
        kind_ == ErrorKindShown::Weights
            ? tr("Norm of what changed in the weights, over the norm of the weights")
        : kind_ == ErrorKindShown::Outputs
            ? tr("The same of what the layer puts out for its calibration inputs")
            : tr("Mean divergence of the model's predictions where this layer alone is compressed");
    switch (column) {
        case Column::Bits:
        case Column::BitsB:
            return tr("Bits a weight that are this tensor's own, side information included");
        case Column::BitsChange:
        case Column::ErrorChange:
            return tr("A less B");
        case Column::Error:
        case Column::ErrorB:
            return error;
        case Column::Spread:
            return tr("How values are spread: line the original, area as compressed");
        default:
            return titleOf(column);
    }
}

const TensorFacts* TensorModel::factsAt(int row) const {
    const TensorRow& tensor = table_.rows[static_cast<std::size_t>(tensorAt(row))];
    return (tensor.a.facts ? tensor.a.facts : tensor.b.facts).get();
}

QVariant TensorModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const int tensor = tensorAt(index.row());
    const TensorRow& row = table_.rows[static_cast<std::size_t>(tensor)];
    const Column column = columnAt(index.column());
    switch (role) {
        case Qt::DisplayRole:
            return textOf(row, column);
        case Qt::ToolTipRole:
            return tipOf(row, column);
        case Qt::AccessibleTextRole:
            if (column == Column::Spread) return tipOf(row, column);
            return column == Column::Name && tensor == worst_ ? tr("%1, loses most").arg(row.name)
                                                              : textOf(row, column);
        case Qt::TextAlignmentRole:
            return static_cast<int>((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case WorstRole:
            return column == Column::Name && tensor == worst_;
        default:
            return {};
    }
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const Column column = columnAt(section);
    switch (role) {
        case Qt::DisplayRole: {
            if (section != sortColumn_) return titleOf(column);
            return titleOf(column) + ' ' + QChar(sortOrder_ == Qt::AscendingOrder ? 0x2191 : 0x2193);
        }
        case Qt::ToolTipRole:
            return tr("%1. Click to sort").arg(helpOf(column));
        case Qt::TextAlignmentRole:
            return static_cast<int>((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        default:
            return {};
    }
}

void TensorModel::sort(int column, Qt::SortOrder order) {
    if (column >= columnCount()) return;
    emit layoutAboutToBeChanged();
    const QModelIndexList from = persistentIndexList();
    std::vector<int> tensors;
    for (const QModelIndex& index : from)
        tensors.push_back(tensorAt(index.row()));
    sortColumn_ = column;
    sortOrder_ = order;
    fillOrder();
    for (qsizetype i = 0; i < from.size(); ++i)
        changePersistentIndex(from[i], index(rowOf(tensors[static_cast<std::size_t>(i)]), from[i].column()));
    emit layoutChanged();
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

}  // namespace ratescope::views
