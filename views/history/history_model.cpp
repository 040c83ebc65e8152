#include "views/history/history_model.h"

#include "views/controls/row_delegate.h"
#include "views/theme/icon.h"

#include <algorithm>

namespace ratescope::views {

HistoryModel::HistoryModel(const OpenDocument& document, QObject* parent)
    : QAbstractListModel(parent), document_(document), titles_(tr("As opened")) {
    connect(&document, &OpenDocument::changed, this, &HistoryModel::follow);
    follow();
}

int HistoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(titles_.size());
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int row = index.row();
    switch (role) {
        case Qt::DisplayRole:
            return titles_[row];
        case Qt::ToolTipRole:
            return row > current_   ? tr("Redo up to “%1”").arg(titles_[row])
                   : row < current_ ? tr("Undo back to “%1”").arg(titles_[row])
                                    : tr("The document as it is now");
        case Qt::AccessibleTextRole:
            return row == current_  ? tr("%1, now").arg(titles_[row])
                   : row > current_ ? tr("%1, undone").arg(titles_[row])
                                    : titles_[row];
        case Qt::DecorationRole:
            return icon(row == current_  ? "chevron-right"
                        : row > current_ ? "redo"
                                         : "undo",
                        row == current_ ? Token::Accent : Token::Muted);
        case RowDelegate::MutedRole:
            return row > current_;
        case RowDelegate::TitleRole:
            return row == current_;
        default:
            return {};
    }
}

void HistoryModel::follow() {
    QStringList titles{tr("As opened")};
    for (const std::string& title : document_.history().titles())
        titles += QString::fromStdString(title);
    const auto same = static_cast<int>(
        std::mismatch(titles.begin(), titles.end(), titles_.begin(), titles_.end()).first - titles.begin());
    const auto had = static_cast<int>(titles_.size());
    if (same < had) {
        beginRemoveRows({}, same, had - 1);
        titles_.resize(same);
        endRemoveRows();
    }
    if (same < titles.size()) {
        beginInsertRows({}, same, static_cast<int>(titles.size()) - 1);
        titles_ = titles;
        endInsertRows();
    }
    const int now = static_cast<int>(document_.history().position());
    const int before = std::exchange(current_, now);
    const int last = static_cast<int>(titles_.size()) - 1;
    const int from = std::clamp(std::min(before, now), 0, last);
    const int to = std::clamp(std::max(before, now), 0, last);
    emit dataChanged(index(from), index(to));
}

}  // namespace ratescope::views
