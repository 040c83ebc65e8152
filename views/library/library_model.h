#pragma once

// Two levels of rows: groups, and what is in them. The Library has one such model each for nodes, assets and runs;
// what they hold is made in library_rows.h.

#include <QAbstractItemModel>
#include <QHash>
#include <QString>
#include <utility>
#include <vector>

namespace ratescope::views {

class Thumbnails;

struct LibraryRow {
    QString text, detail, toolTip;
    QString search;  ///< what a search looks in
    QString icon;    ///< name; "" for none
    QString node;    ///< manifest id, of a node
    QString file;    ///< absolute, of an asset
    bool title = false;

    bool operator==(const LibraryRow&) const = default;
};

struct LibraryGroup {
    LibraryRow row;
    std::vector<LibraryRow> rows;

    bool operator==(const LibraryGroup&) const = default;
};

class LibraryModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Role {
        SearchRole = Qt::UserRole,
        NodeRole,  ///< manifest id
        FileRole,
    };

    explicit LibraryModel(QObject* parent = nullptr) : QAbstractItemModel(parent) {}
    /// Rows with a file show its picture and size.
    void setThumbnails(Thumbnails* thumbnails);
    void setGroups(std::vector<LibraryGroup> groups);
    const std::vector<LibraryGroup>& groups() const { return groups_; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }

  private:
    const LibraryRow& rowAt(const QModelIndex& index) const;
    QVariant pictureOf(const LibraryRow& row) const;
    QString detailOf(const LibraryRow& row) const;
    void showPicture(const QString& file);

    std::vector<LibraryGroup> groups_;
    QHash<QString, std::pair<int, int>> places_;  ///< group and row of a file
    Thumbnails* thumbnails_ = nullptr;
};

}  // namespace ratescope::views
