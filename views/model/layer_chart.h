#pragma once

// The error of each layer as a bar, in the model's order: the layer that loses most is marked by a triangle, its name
// and a colour. Arrow keys and clicks choose a layer. Where there are more layers than pixels a bar is the worst of its
// place.

#include "views/model/tensor_rows.h"

#include <QColor>
#include <QWidget>
#include <vector>

namespace ratescope::views {

class LayerChart : public QWidget {
    Q_OBJECT

  public:
    explicit LayerChart(QWidget* parent = nullptr);

    /// One bar a searched tensor of the table, B as a line over it.
    void setTable(const TensorTable& table, ErrorKindShown kind);
    void setColours(const QColor& a, const QColor& b);
    /// Into the table's rows; −1 for none.
    void setCurrent(int tensor);
    int current() const { return current_ < 0 ? -1 : bars_[static_cast<std::size_t>(current_)].tensor; }
    std::size_t bars() const { return bars_.size(); }
    /// What stands over the marked bar; "" while nothing is known.
    QString worstText() const;
    /// Where the bar of this tensor stands, to its foot; empty for none.
    QRectF placeOf(int tensor) const;

    QSize sizeHint() const override { return {600, 190}; }
    QSize minimumSizeHint() const override { return {240, 130}; }

  signals:
    void chosen(int tensor);

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct Bar {
        int tensor = 0, block = -1;
        QString name;
        double a = unknown, b = unknown;
    };

    /// What is drawn in one place: a bar, or the worst of those that share a pixel.
    struct Drawn {
        QRectF place;  ///< from its error to the foot
        std::size_t bar = 0;
    };

    QRectF plot() const;
    std::vector<Drawn> drawn(double Bar::*error, const QRectF& plot) const;
    double step() const;
    double heightOf(double error, const QRectF& plot) const;
    int barAt(double x) const;
    void choose(int bar);
    void describe();
    void paintGrid(QPainter& painter, const QRectF& plot) const;
    void paintBlocks(QPainter& painter, const QRectF& plot) const;
    void paintBars(QPainter& painter, const QRectF& plot) const;
    void paintB(QPainter& painter, const QRectF& plot) const;
    void paintWorst(QPainter& painter, const QRectF& plot) const;

    std::vector<Bar> bars_;
    ErrorKindShown kind_ = ErrorKindShown::Weights;
    QColor colourA_, colourB_;
    double top_ = 1;  ///< of the axis
    int worst_ = -1, current_ = -1;
    bool hasB_ = false;
};

}  // namespace ratescope::views
