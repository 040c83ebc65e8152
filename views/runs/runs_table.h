#pragma once

// The table of runs: keeps its place while rows come and go, opens and closes groups, follows the selection that all
// panels share, and remembers which columns are shown.

#include "views/session/session.h"

#include <QPersistentModelIndex>
#include <QTableView>

namespace ratescope::views {

class RunsDelegate;
class RunsHeader;
class RunsModel;

class RunsTable : public QTableView {
    Q_OBJECT

  public:
    RunsTable(Session& session, RunsModel& model, QWidget* parent = nullptr);

    /// Text of the selected rows, tab-separated, with a line of titles; all digits.
    QString copyText() const;
    /// Columns shown, their order and widths; as kept in settings.
    QByteArray columnState() const;
    void restoreColumns(const QByteArray& state);
    /// Ids of the items that are selected, at most two: what can be compared.
    std::vector<store::ItemId> firstTwoSelected() const;

  signals:
    void orderAsked(int column, bool descending);
    void columnsChanged();
    void copyAsked();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void changeEvent(QEvent* event) override;

  private:
    struct ColumnView {
        QString id;
        int width = 0;
        bool isShown = true;
    };

    void keepPlace();
    void takePlace();
    void followSelection();
    void tellVisible();
    void setHovered(int row);
    void toggle(int row);
    void clickedHeader(int section);
    void showColumnMenu(const QPoint& position);
    void applyColumns();
    int indexOfShown(const QString& id) const;

    Session& session_;
    RunsModel& model_;
    RunsHeader* header_;
    RunsDelegate* delegate_;
    std::vector<ColumnView> columnViews_;  ///< in the order on the screen; of columns that are gone too
    std::int64_t anchor_ = 0;              ///< key of the row that stays where it is
    int anchorY_ = 0;
    bool isTopmost_ = true, changing_ = false, applying_ = false;
    bool telling_ = false;  ///< the session hears of the row that the user is at
    int hovered_ = -1;
    QString sorted_;  ///< id of the column that orders the rows; "" for the planned order
    bool descending_ = false;
};

}  // namespace ratescope::views
