#pragma once

// The axes of the interactive plot: a QChart of axes, grid, labels and titles, without series. Its ticks are those of
// core/curves (1, 2, 5 on a logarithmic axis, which QLogValueAxis has not), set as categories at their values.

#include "core/curves/plot_spec.h"
#include "views/curves/plot_map.h"

#include <QGraphicsScene>
#include <QSizeF>

class QChart;
class QCategoryAxis;
class QPainter;

namespace ratescope::views {

class ChartAxes {
  public:
    ChartAxes();
    ~ChartAxes();
    ChartAxes(const ChartAxes&) = delete;
    ChartAxes& operator=(const ChartAxes&) = delete;

    void resize(QSizeF size);
    /// Titles and scales of the spec, limits of `range`.
    void show(const curves::Axis& x, const curves::Axis& y, const PlotRange& range);
    /// Colours and fonts of the present look.
    void restyle();
    QRectF plotArea() const;
    void paint(QPainter& painter);

  private:
    void setTicks(QCategoryAxis& axis, const curves::Axis& shown, double low, double high, double pixels);
    void layOut();

    QGraphicsScene scene_;
    QChart* chart_;          ///< the scene's
    QCategoryAxis *x_, *y_;  ///< the chart's
};

}  // namespace ratescope::views
