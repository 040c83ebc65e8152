#include "views/library/library_model.h"

#include "views/controls/row_delegate.h"
#include "views/library/thumbnails.h"
#include "views/session/node_mime.h"
#include "views/theme/icon.h"

#include <QMimeData>
#include <QUrl>
#include <utility>

namespace ratescope::views {

void LibraryModel::setThumbnails(Thumbnails* thumbnails) {
    thumbnails_ = thumbnails;
    connect(thumbnails, &Thumbnails::made, this, &LibraryModel::showPicture);
}

void LibraryModel::setGroups(std::vector<LibraryGroup> groups) {
    if (groups == groups_) return;
    beginResetModel();
    groups_ = std::move(groups);
    places_.clear();
    for (std::size_t group = 0; group < groups_.size(); ++group)
        for (std::size_t row = 0; row < groups_[group].rows.size(); ++row)
            if (const QString& file = groups_[group].rows[row].file; !file.isEmpty())
                places_.insert(file, {static_cast<int>(group), static_cast<int>(row)});
    endResetModel();
}

QModelIndex LibraryModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    // 0 for groups, else the number of the group from 1.
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row()) + 1 : 0);
}

QModelIndex LibraryModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == 0) return {};
    return createIndex(static_cast<int>(index.internalId() - 1), 0, quintptr{0});
}

int LibraryModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(groups_.size());
    if (parent.internalId() != 0 || parent.column() != 0) return 0;
    return static_cast<int>(groups_[static_cast<std::size_t>(parent.row())].rows.size());
}

int LibraryModel::columnCount(const QModelIndex&) const {
    return 1;
}

const LibraryRow& LibraryModel::rowAt(const QModelIndex& index) const {
    const auto row = static_cast<std::size_t>(index.row());
    return index.internalId() == 0 ? groups_[row].row : groups_[index.internalId() - 1].rows[row];
}

QVariant LibraryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const LibraryRow& row = rowAt(index);
    switch (role) {
        case Qt::DisplayRole:
            return row.text;
        case Qt::ToolTipRole:
            return row.toolTip;
        case Qt::AccessibleTextRole:
            return row.detail.isEmpty() ? row.text : row.text + ", " + row.detail;
        case Qt::DecorationRole:
            return pictureOf(row);
        case RowDelegate::DetailRole:
            return detailOf(row);
        case RowDelegate::TitleRole:
            return row.title;
        case SearchRole:
            return row.search;
        case NodeRole:
            return row.node;
        case FileRole:
            return row.file;
        default:
            return {};
    }
}

QVariant LibraryModel::pictureOf(const LibraryRow& row) const {
    if (!row.file.isEmpty() && thumbnails_) {
        const Thumbnail* found = thumbnails_->of(row.file);
        if (found && !found->picture.isNull()) return found->picture;
    }
    return row.icon.isEmpty() ? QVariant() : QVariant(icon(row.icon, Token::Muted));
}

QString LibraryModel::detailOf(const LibraryRow& row) const {
    if (row.file.isEmpty() || !thumbnails_) return row.detail;
    const Thumbnail* found = thumbnails_->of(row.file);
    if (!found || !found->pixels.isValid()) return row.detail;
    return QString("%1 × %2").arg(found->pixels.width()).arg(found->pixels.height());
}

void LibraryModel::showPicture(const QString& file) {
    const auto found = places_.constFind(file);
    if (found == places_.constEnd()) return;
    const QModelIndex place = index(found->second, 0, index(found->first, 0));
    emit dataChanged(place, place, {Qt::DecorationRole, RowDelegate::DetailRole});
}

Qt::ItemFlags LibraryModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    const LibraryRow& row = rowAt(index);
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.internalId() != 0) flags |= Qt::ItemNeverHasChildren;
    if (!row.node.isEmpty() || !row.file.isEmpty()) flags |= Qt::ItemIsDragEnabled;
    return flags;
}

QStringList LibraryModel::mimeTypes() const {
    return {nodeMime, "text/uri-list"};
}

QMimeData* LibraryModel::mimeData(const QModelIndexList& indexes) const {
    auto* data = new QMimeData;
    QList<QUrl> files;
    for (const QModelIndex& index : indexes) {
        const LibraryRow& row = rowAt(index);
        if (!row.node.isEmpty()) data->setData(nodeMime, row.node.toUtf8());
        if (!row.file.isEmpty()) files += QUrl::fromLocalFile(row.file);
    }
    if (!files.isEmpty()) data->setUrls(files);
    return data;
}

}  // namespace ratescope::views
