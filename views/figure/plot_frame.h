#pragma once

// From numbers to places on the page.

#include "core/curves/plot_spec.h"

#include <QRectF>
#include <cmath>

namespace ratescope::views {

class PlotFrame {
  public:
    PlotFrame(QRectF box, const curves::Axis& x, const curves::Axis& y) : box_(box), x_(x), y_(y) {}

    const QRectF& box() const { return box_; }
    double x(double value) const { return box_.left() + box_.width() * part(x_, value); }
    double y(double value) const { return box_.bottom() - box_.height() * part(y_, value); }
    QPointF at(double xValue, double yValue) const { return {x(xValue), y(yValue)}; }

  private:
    static double part(const curves::Axis& axis, double value) {
        double low = axis.ticks.low, high = axis.ticks.high;
        if (axis.scale == curves::Scale::Log) {
            low = std::log10(low);
            high = std::log10(high);
            value = std::log10(value);
        }
        return (value - low) / (high - low);
    }

    QRectF box_;
    const curves::Axis& x_;
    const curves::Axis& y_;
};

}  // namespace ratescope::views
