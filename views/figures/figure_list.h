#pragma once

// The list of figures at the side: choose, add, duplicate, rename, delete.

#include "views/figures/figure_list_model.h"

#include <QStyledItemDelegate>
#include <QWidget>

class QListView;

namespace ratescope::views {

class FigureRow : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;
};

class FigureList : public QWidget {
    Q_OBJECT

  public:
    /// `add` stands as a button in the header, `more` in the menu beside it.
    FigureList(Session& session, QAction* add, const QList<QAction*>& more, QWidget* parent = nullptr);

    FigureListModel& model() { return *model_; }
    QListView* view() { return view_; }
    std::string current() const;
    void setCurrent(const std::string& name);
    void renameCurrent();

  signals:
    void currentChanged();

  private:
    void keepCurrent();

    FigureListModel* model_;
    QListView* view_;
    std::string current_;
    int row_ = 0;
};

}  // namespace ratescope::views
