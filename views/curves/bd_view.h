#pragma once

// The list of series with check boxes and BD numbers.

#include <QStyledItemDelegate>
#include <QTreeView>

namespace ratescope::views {

class BdDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
};

class BdView : public QTreeView {
    Q_OBJECT

  public:
    explicit BdView(QWidget* parent = nullptr);
    void setModel(QAbstractItemModel* model) override;
    QSize sizeHint() const override { return {340, 150}; }

  signals:
    void branchPointed(const QString& branch);  ///< "" for none
    void copyAsked(const QString& form);        ///< "markdown", "latex", "csv"

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;

  private:
    void fitColumns();
};

}  // namespace ratescope::views
