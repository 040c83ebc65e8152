#include "views/model/numbers_model.h"

#include "views/controls/tabular.h"
#include "views/figure/qt_text.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// Of the last figure that two figures of the error reach.
int decimalsFor(double error) {
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(error))), 0, 9);
}

}  // namespace

QString valueText(const ModelNumber& number) {
    if (number.id == "bytes") return bytesText(static_cast<quint64>(number.value));
    if (number.isRate) return numberText(number.value, 3);
    const double error = number.standardError.value_or(0);
    if (!std::isfinite(error) || error <= 0) return significantText(number.value, 4);
    const int decimals = decimalsFor(error);
    return numberText(number.value, decimals) + thinSpace + QChar(0x00B1) + thinSpace +
           numberText(error, decimals);
}

void NumbersModel::setNumbers(const std::vector<ModelNumber>& a,
                              const std::optional<std::vector<ModelNumber>>& b) {
    beginResetModel();
    rows_.clear();
    hasB_ = b.has_value();
    for (const ModelNumber& number : a)
        rows_.push_back({number, number, {}});
    if (b)
        for (const ModelNumber& number : *b) {
            const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& one) {
                return one.what.id == number.id && one.what.node == number.node;
            });
            if (row != rows_.end())
                row->b = number;
            else
                rows_.push_back({number, {}, number});
        }
    endResetModel();
}

bool NumbersModel::isOfSeveral(const ModelNumber& number) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& one) {
        return one.what.id == number.id && one.what.node != number.node;
    });
}

int NumbersModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int NumbersModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : hasB_ ? 3 : 2;
}

QVariant NumbersModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (index.column() == 0) {
        const QString arrow(row.what.better == graph::Better::Higher ? QChar(0x2191) : QChar(0x2193));
        QString title = qt(row.what.title);
        if (isOfSeveral(row.what)) title += " (" + qt(row.what.node) + ')';
        if (!row.what.unit.empty()) title += ", " + qt(row.what.unit);
        if (role == Qt::DisplayRole) return title + ' ' + arrow;
        if (role == Qt::ToolTipRole) return row.what.help.empty() ? title : title + '\n' + qt(row.what.help);
        return {};
    }
    const std::optional<ModelNumber>& number = index.column() == 1 ? row.a : row.b;
    switch (role) {
        case Qt::DisplayRole:
            return number ? valueText(*number) : numberText({}, 0);
        case Qt::ToolTipRole:
            if (!number) return tr("Nothing is measured here");
            return number->standardError ? tr("%1, standard error %2")
                                               .arg(QLocale().toString(number->value, 'g', 10),
                                                    QLocale().toString(*number->standardError, 'g', 4))
                                         : QLocale().toString(number->value, 'g', 10);
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant NumbersModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    return section == 0 ? tr("Quantity") : section == 1 ? (hasB_ ? tr("A") : tr("Value")) : tr("B");
}

}  // namespace ratescope::views
