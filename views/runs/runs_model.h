#pragma once

// The items of the study as the rows of a table, groups and the items below them one under the other, so that hundreds
// of thousands are scrolled like ten. Which rows there are is known; what stands in them is read a screenful at a
// time and kept for a while. Rows that are not read yet are placeholders.

#include "views/runs/run_rows.h"
#include "views/session/session.h"

#include <QAbstractTableModel>
#include <QElapsedTimer>
#include <QTimer>
#include <unordered_map>

namespace ratescope::views {

enum RunsRole {
    ItemRole = Qt::UserRole,  ///< qint64; 0 for a group
    GroupRole,                ///< whether the row is a group's
    OpenRole,                 ///< of a group: whether its items show
    BranchRole,               ///< slug; "" for a group of another kind
    SeriesRole,               ///< slug; "" for a group
    StateRole,                ///< RunState
    ValueRole,                ///< double, of a number that is there
    ReadRole,                 ///< whether what stands in the row is known
};

class RunsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    explicit RunsModel(Session& session, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    const RunColumn& column(int section) const { return columns_[static_cast<std::size_t>(section)]; }
    const std::vector<RunColumn>& columns() const { return columns_; }
    /// Of the study; nothing is in it before the first reading.
    const RunsSnapshot& snapshot() const { return *snapshot_; }
    /// The library has been read since it was opened.
    bool isRead() const { return isRead_; }

    const RunsChoice& choice() const { return choice_; }
    void setChoice(const RunsChoice& choice);
    bool isOpen(int row) const;
    void setOpen(int row, bool open);
    /// `row` is an item of the group whose row is `group`.
    bool isBelow(int row, int group) const;
    /// Opens the group that has the item, if it is closed. -1 where the item is not among the rows.
    int showItem(store::ItemId item);
    int rowOf(std::int64_t key) const;
    std::int64_t keyOf(int row) const { return rows_[static_cast<std::size_t>(row)].key; }

    /// The rows that are on the screen: they are read first, with some around them.
    void setVisible(int first, int last);

  signals:
    void aboutToChange();  ///< before rows come, go or move
    void changed();        ///< behind it
    void refreshed();      ///< counts and states are those of now

  private:
    struct Line {
        store::ItemLine line;
        quint64 reading = 0;
    };

    void restart();
    void refreshSoon();
    void refresh();
    void take(FreshRows fresh, quint64 revision, bool anew);
    void changeRows(FreshRows fresh);
    void reorder(const std::vector<RunRow>& rows);
    void takeColumns(const RunQuantities& quantities);
    void openUnfinished();
    void readLines(bool again);
    void takeLines(const std::vector<store::ItemLine>& lines);

    QVariant groupData(const RunRow& row, const RunColumn& column, int role) const;
    QVariant dataOfItem(const RunRow& row, const RunColumn& column, int role) const;
    const store::ItemGroup* groupOf(const RunRow& row) const;

    Session& session_;
    RunsChoice choice_;
    std::shared_ptr<const RunsSnapshot> snapshot_;
    std::vector<RunColumn> columns_;
    std::vector<RunRow> rows_;
    std::set<std::string> open_;  ///< keys of groups
    quint64 revision_ = 0;        ///< of rows_; a reading that began before the last one is void
    bool isRead_ = false, isAnew_ = true;
    store::ItemId pinned_ = 0;  ///< shown by the last reading in any case
    bool reading_ = false, readAgain_ = false;
    QTimer refreshing_, lineReading_;
    std::unordered_map<store::ItemId, Line> lines_;
    quint64 lineReadings_ = 0;
    int firstVisible_ = 0, lastVisible_ = -1;
};

}  // namespace ratescope::views
