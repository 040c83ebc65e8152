#include "views/runs/comparison_model.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFont>

namespace ratescope::views {
namespace {

using FactKind = store::RunFact::Kind;

QString titleOf(FactKind kind) {
    switch (kind) {
        case FactKind::Parameter:
            return ComparisonModel::tr("Parameters");
        case FactKind::Environment:
            return ComparisonModel::tr("Environment");
        case FactKind::Library:
            return ComparisonModel::tr("Libraries");
        case FactKind::Result:
            return ComparisonModel::tr("Results");
    }
    return {};
}

QString textOf(const std::optional<std::string>& value) {
    return value ? QString::fromStdString(*value) : QString(QChar(0x2013));
}

}  // namespace

void ComparisonModel::show(const store::RunDifference& difference) {
    beginResetModel();
    sections_.clear();
    for (const FactKind kind :
         {FactKind::Parameter, FactKind::Environment, FactKind::Library, FactKind::Result}) {
        Section section{titleOf(kind), false, {}};
        for (const store::RunDifference::Row& row : difference.differing)
            if (row.kind == kind) section.rows.push_back(row);
        if (!section.rows.empty()) sections_.push_back(std::move(section));
    }
    if (!difference.equal.empty())
        sections_.push_back({tr("%1 equal").arg(difference.equal.size()), true, difference.equal});
    endResetModel();
}

int ComparisonModel::equalRow() const {
    return !sections_.empty() && sections_.back().isEqual ? static_cast<int>(sections_.size()) - 1 : -1;
}

QModelIndex ComparisonModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    // 0 for a section, else the section's row and one more.
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : 0);
}

QModelIndex ComparisonModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == 0) return {};
    return createIndex(static_cast<int>(index.internalId()) - 1, 0, quintptr{0});
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(sections_.size());
    if (parent.internalId() != 0 || parent.column() != 0) return 0;
    return static_cast<int>(sections_[static_cast<std::size_t>(parent.row())].rows.size());
}

int ComparisonModel::columnCount(const QModelIndex&) const {
    return 3;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    if (index.internalId() == 0) {
        const Section& section = sections_[static_cast<std::size_t>(index.row())];
        if (role == Qt::DisplayRole && index.column() == 0) return section.title;
        if (role == Qt::FontRole) return titleFont();
        if (role == Qt::ForegroundRole && section.isEqual) return colour(Token::Muted);
        return {};
    }
    const store::RunDifference::Row& row =
        sections_[index.internalId() - 1].rows[static_cast<std::size_t>(index.row())];
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    if (index.column() == 0) return QString::fromStdString(row.name);
    return textOf(index.column() == 1 ? row.first : row.second);
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    if (section == 0) return tr("Name");
    return section == 1 ? tr("First") : tr("Second");
}

}  // namespace ratescope::views
