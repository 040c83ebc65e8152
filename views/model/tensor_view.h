#pragma once

// The tensor that is chosen, large: its histogram, and what the table says of it in words.

#include "views/model/tensor_rows.h"

#include <QColor>
#include <QWidget>
#include <optional>

namespace ratescope::views {

class TensorView : public QWidget {
    Q_OBJECT

  public:
    explicit TensorView(QWidget* parent = nullptr);

    /// Nothing for none.
    void setRow(const std::optional<TensorRow>& row);
    void setAreaColour(const QColor& area);
    /// Said of a tensor without a histogram.
    void setWhyNoValues(const QString& text);

    QSize sizeHint() const override { return {320, 220}; }
    QSize minimumSizeHint() const override { return {200, 150}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    const TensorFacts* facts() const;
    void paintEnds(QPainter& painter, const QRectF& plot, const TensorFacts& facts) const;
    void paintLegend(QPainter& painter, const QRectF& place) const;

    std::optional<TensorRow> row_;
    QColor area_;
    QString whyNoValues_;
};

}  // namespace ratescope::views
