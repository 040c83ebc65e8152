#pragma once

// A row of a list: icon or thumbnail, name, and at the right a muted detail in figures of equal width. What is too
// long is elided; the model's tool tip says it whole.

#include "views/theme/tokens.h"

#include <QStyledItemDelegate>

namespace ratescope::views {

class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    /// Beside Qt's own roles; Qt::DecorationRole is a QIcon, drawn at 16, or a QPixmap, drawn at its size.
    enum Role {
        DetailRole = Qt::UserRole + 100,  ///< QString
        MutedRole,                        ///< bool: the name, too, is muted
        TitleRole,                        ///< bool: weight 600
    };

    /// Rows below another are drawn that much further left, so that they line up with its text.
    explicit RowDelegate(QObject* parent = nullptr, int height = measure::row, int outdent = 0);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    int height_, outdent_;
};

}  // namespace ratescope::views
