#include "views/curves/bd_model.h"

#include "views/controls/tabular.h"
#include "views/figure/qt_text.h"

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr quintptr ofSeries = 0;  // internal id of rows of series; of their parts it is the series' row + 1

QString percentText(std::optional<double> value, int decimals) {
    return value ? numberText(value, decimals) + thinSpace + "%" : numberText(value, 0);
}

QString intervalText(const std::optional<curves::Interval>& interval, int decimals) {
    if (!interval) return QString(QChar(0x2013));
    return numberText(interval->low, decimals) + QString(" %1 ").arg(QChar(0x2026)) +
           numberText(interval->high, decimals);
}

/// As many as the uncertainty earns.
int decimalsFor(const curves::Interval& interval) {
    const double width = interval.high - interval.low;
    return width >= 2 ? 0 : width >= 0.2 ? 1 : 2;
}

}  // namespace

void BdModel::compare(Row& row, const curves::BdComparison& comparison) {
    row.compared = true;
    const auto of = [](const QString& title, const curves::BdMean& mean, std::optional<double> overlap,
                       const QString& remark) {
        return Numbers{
            title, mean.ratePercent, mean.quality, overlap, mean.rateInterval, mean.qualityInterval, remark};
    };
    QStringList remarks;
    for (const std::string& warning : comparison.warnings)
        remarks << qt(warning);
    const bool any = comparison.mean.ratePercent || comparison.mean.quality;
    row.numbers = of(row.numbers.title, comparison.mean,
                     any ? std::optional(comparison.overlap) : std::nullopt, remarks.join('\n'));
    for (const curves::GroupBd& group : comparison.groups)
        row.parts.push_back(
            of(qt(comparison.options.groupedBy + " = " + group.group) + tr(", n = %1").arg(group.n),
               group.mean, group.overlap, qt(group.failure)));
    if (!comparison.groups.empty()) return;
    for (const curves::ItemBd& item : comparison.items) {
        Numbers numbers;
        numbers.title = qt(item.item.asset);
        if (item.item.seed) numbers.title += tr(", seed %1").arg(item.item.seed);
        numbers.remark = qt(item.failure);
        if (item.result) {
            numbers.rate = item.result->ratePercent;
            numbers.quality = item.result->quality;
            numbers.overlap = item.result->overlap;
        }
        row.parts.push_back(std::move(numbers));
    }
}

BdModel::Row BdModel::rowOf(const CurveAnswer& answer, std::size_t curve) {
    const curves::Curve& shown = answer.curves[curve];
    Row row;
    row.slug = shown.series;
    row.branch = shown.branch;
    row.shown = !answer.question.choice.hidden.contains(shown.series);
    row.imported = shown.imported();
    row.anchor = curve == answer.anchor;
    row.numbers.title = qt(shown.title);
    if (curve < answer.comparisons.size() && answer.comparisons[curve])
        compare(row, *answer.comparisons[curve]);
    return row;
}

void BdModel::show(const CurveAnswer& answer, const std::vector<curves::SeriesStyle>& styles, bool keeps) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < answer.curves.size(); ++i) {
        rows.push_back(rowOf(answer, i));
        rows.back().style = styles[i];
    }
    const curves::Quantity& quality = answer.curves.front().y;
    qualityTitle_ = qt(quality.title);
    qualityUnit_ = qt(quality.unit);
    better_ = quality.better;
    const bool same = std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(),
                                 [](const Row& a, const Row& b) { return a.slug == b.slug; });
    if (!same) {
        beginResetModel();
        rows_ = std::move(rows);
        setDecimals();
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row& row = rows[i];
        if (keeps && !row.compared && !row.anchor && rows_[i].compared) {
            row.numbers = rows_[i].numbers;
            row.parts = rows_[i].parts;
            row.compared = true;
        }
        replaceParts(static_cast<int>(i), std::move(row.parts));
        row.parts = std::move(rows_[i].parts);
        rows_[i] = std::move(row);
    }
    setDecimals();
    if (rows_.empty()) return;
    emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    for (int row = 0; row < rowCount(); ++row)
        if (const int parts = rowCount(index(row, 0)); parts > 0)
            emit dataChanged(index(0, 0, index(row, 0)), index(parts - 1, ColumnCount - 1, index(row, 0)));
    emit headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

void BdModel::replaceParts(int row, std::vector<Numbers> parts) {
    std::vector<Numbers>& old = rows_[static_cast<std::size_t>(row)].parts;
    const QModelIndex parent = index(row, 0);
    const int before = static_cast<int>(old.size()), after = static_cast<int>(parts.size());
    if (after > before) {
        beginInsertRows(parent, before, after - 1);
        old = std::move(parts);
        endInsertRows();
    } else if (after < before) {
        beginRemoveRows(parent, after, before - 1);
        old = std::move(parts);
        endRemoveRows();
    } else {
        old = std::move(parts);
    }
}

void BdModel::setDecimals() {
    std::optional<int> rate, quality;
    for (const Row& row : rows_) {
        if (const auto& interval = row.numbers.interval)
            rate = std::max(rate.value_or(0), decimalsFor(*interval));
        if (const auto& interval = row.numbers.qualityInterval)
            quality = std::max(quality.value_or(0), decimalsFor(*interval));
    }
    rateDecimals_ = rate.value_or(1);
    qualityDecimals_ = quality.value_or(2);
}

QModelIndex BdModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : ofSeries);
}

QModelIndex BdModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == ofSeries) return {};
    return createIndex(static_cast<int>(index.internalId() - 1), 0, ofSeries);
}

int BdModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(rows_.size());
    if (parent.column() != 0 || parent.internalId() != ofSeries) return 0;
    return static_cast<int>(rows_[static_cast<std::size_t>(parent.row())].parts.size());
}

int BdModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

const BdModel::Numbers* BdModel::numbersAt(const QModelIndex& index) const {
    if (!index.isValid()) return nullptr;
    if (index.internalId() == ofSeries) return &rows_[static_cast<std::size_t>(index.row())].numbers;
    return &rows_[index.internalId() - 1].parts[static_cast<std::size_t>(index.row())];
}

QString BdModel::textAt(const QModelIndex& index) const {
    const Numbers& numbers = *numbersAt(index);
    const bool series = index.internalId() == ofSeries;
    if (index.column() == Series) return numbers.title;
    if (series) {
        const Row& row = rows_[static_cast<std::size_t>(index.row())];
        if (row.anchor) return index.column() == BdRate ? tr("anchor") : QString();
        if (!row.compared) return index.column() == BdRate ? QString(QChar(0x2026)) : QString();
    }
    switch (index.column()) {
        case BdRate:
            return percentText(numbers.rate, rateDecimals_);
        case Interval:
            if (series && rows_[static_cast<std::size_t>(index.row())].imported) return tr("published");
            return series || numbers.interval ? intervalText(numbers.interval, rateDecimals_) : QString();
        case BdQuality:
            return numberText(numbers.quality, numbers.quality ? qualityDecimals_ : 0);
        default:
            return numbers.overlap ? numberText(curves::shownOverlap(*numbers.overlap), 2)
                                   : numberText({}, 0);
    }
}

QString BdModel::toolTipAt(const QModelIndex& index) const {
    const Numbers& numbers = *numbersAt(index);
    QStringList lines{numbers.title};
    if (numbers.rate) lines << tr("BD-rate: %1 %").arg(numberText(numbers.rate, 6));
    if (numbers.interval) lines << tr("95 % interval: %1 %").arg(intervalText(numbers.interval, 4));
    if (numbers.quality)
        lines << tr("BD of %1: %2 %3").arg(qualityTitle_, numberText(numbers.quality, 6), qualityUnit_);
    if (numbers.overlap) lines << tr("Overlap in quality: %1").arg(numberText(numbers.overlap, 4));
    if (!numbers.remark.isEmpty()) lines << numbers.remark;
    return lines.join('\n');
}

QVariant BdModel::data(const QModelIndex& index, int role) const {
    const Numbers* numbers = numbersAt(index);
    if (!numbers) return {};
    const bool series = index.internalId() == ofSeries;
    const Row& row = rows_[series ? static_cast<std::size_t>(index.row()) : index.internalId() - 1];
    switch (role) {
        case Qt::DisplayRole:
            return textAt(index);
        case Qt::ToolTipRole:
            return toolTipAt(index);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (index.column() == Series ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::CheckStateRole:
            if (!series || index.column() != Series) return {};
            return row.shown ? Qt::Checked : Qt::Unchecked;
        case StyleRole:
            return series ? QVariant::fromValue(row.style) : QVariant();
        case SlugRole:
            return qt(row.slug);
        case BranchRole:
            return qt(row.branch);
        case LowOverlapRole:
            return index.column() == Overlap && numbers->overlap &&
                   *numbers->overlap < curves::advisedOverlap;
        case QuietRole:
            return series && (row.anchor || !row.compared || (row.imported && index.column() == Interval));
        default:
            return {};
    }
}

bool BdModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !index.isValid() || index.internalId() != ofSeries ||
        index.column() != Series)
        return false;
    Row& row = rows_[static_cast<std::size_t>(index.row())];
    row.shown = value.toInt() == Qt::Checked;
    emit dataChanged(index, index, {Qt::CheckStateRole});
    emit shownChanged(qt(row.slug), row.shown);
    return true;
}

QVariant BdModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (section == Series ? Qt::AlignLeft : Qt::AlignRight));
    const QString arrow = better_ == graph::Better::Lower ? QString(QChar(0x2193)) : QString(QChar(0x2191));
    const bool text = role == Qt::DisplayRole, tip = role == Qt::ToolTipRole;
    if (!text && !tip) return {};
    switch (section) {
        case Series:
            return tr("Series");
        case BdRate:
            return text ? tr("BD-rate %1").arg(QChar(0x2193))
                        : tr("Rate difference at equal quality, in per cent of the anchor's; less is better");
        case Interval:
            return text ? tr("95 % interval") : tr("Of the BD-rate, by bootstrap");
        case BdQuality:
            return text ? tr("BD-quality %1").arg(arrow)
                        : tr("Difference of %1 at equal rate%2")
                              .arg(qualityTitle_, qualityUnit_.isEmpty() ? "" : ", " + qualityUnit_);
        default:
            return text ? tr("Overlap") : tr("Part of the joint range of quality that both curves cover");
    }
}

Qt::ItemFlags BdModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.internalId() == ofSeries && index.column() == Series) flags |= Qt::ItemIsUserCheckable;
    if (index.internalId() != ofSeries) flags |= Qt::ItemNeverHasChildren;
    return flags;
}

}  // namespace ratescope::views
