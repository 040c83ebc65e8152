#pragma once

// Paints the cells of the table of runs: the branch's mark, the state's glyph with its word, numbers on their decimal
// point, and a placeholder where a row is not read yet.

#include "views/session/session.h"

#include <QStyledItemDelegate>

namespace ratescope::views {

class RunsModel;

class RunsDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    RunsDelegate(Session& session, const RunsModel& model, QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    /// The width that the cell's content needs.
    int contentWidth(const QFont& font, const QModelIndex& index) const;
    /// The row that the pointer is on; -1 for none.
    void setHovered(int row) { hovered_ = row; }

  private:
    void paintGround(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    void paintBranch(QPainter& painter, const QRect& place, const QModelIndex& index) const;
    void paintState(QPainter& painter, const QRect& place, const QModelIndex& index) const;
    void paintText(QPainter& painter, const QRect& place, const QModelIndex& index) const;

    Session& session_;
    const RunsModel& model_;
    int hovered_ = -1;
};

}  // namespace ratescope::views
