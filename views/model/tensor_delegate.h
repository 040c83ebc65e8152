#pragma once

// A cell of the table of tensors: figures of equal width, the mark of the layer that loses most, the histogram.

#include "views/controls/figure_delegate.h"

#include <QColor>

namespace ratescope::views {

class TensorDelegate : public FigureDelegate {
    Q_OBJECT

  public:
    using FigureDelegate::FigureDelegate;

    void setAreaColour(const QColor& area) { area_ = area; }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

  private:
    void paintName(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

    QColor area_;
};

}  // namespace ratescope::views
