#pragma once

// Cells of tables whose numbers have figures of equal width, and a small mark or swatch before their names.

#include <QStyledItemDelegate>

namespace ratescope::views {

class FigureDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    /// A QColor: the swatch before a name, square in a thin line.
    static constexpr int swatchRole = Qt::UserRole + 1;

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

  protected:
    void paintGround(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    /// Swatch and text, elided within option.rect.
    void paintContent(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
};

}  // namespace ratescope::views
