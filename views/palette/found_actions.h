#pragma once

// The actions that fit what was typed into the palette, best first; what can't be done now comes after what can.

#include <QAbstractListModel>
#include <QAction>
#include <QPointer>
#include <QStyledItemDelegate>
#include <vector>

namespace ratescope::views {

class FoundActions : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role {
        MenuRole = Qt::UserRole,
        KeyRole,
        ReasonRole,  ///< why it can't be done now; "" where it can
    };

    FoundActions(const QList<QAction*>& actions, QObject* parent);
    void search(const QString& query);
    QAction* actionAt(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    std::vector<QPointer<QAction>> all_;
    std::vector<QPointer<QAction>> found_;
};

/// Icon, name, menu and key of one; greyed with the reason in place of the key where it can't be done now.
class FoundActionDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ratescope::views
