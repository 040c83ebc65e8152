#pragma once

// From values to places in the plot's area and back, on linear and logarithmic axes.

#include "core/curves/plot_spec.h"

#include <QPointF>
#include <QRectF>
#include <algorithm>
#include <cmath>

namespace ratescope::views {

/// What the axes show: limits as they stand along the axis, log10 of the value on a logarithmic one.
struct PlotRange {
    double left = 0, right = 1, bottom = 0, top = 1;

    bool operator==(const PlotRange&) const = default;
};

class PlotMap {
  public:
    PlotMap() = default;
    PlotMap(QRectF area, PlotRange range, bool logX, bool logY)
        : area_(area), range_(range), logX_(logX), logY_(logY) {}

    const QRectF& area() const { return area_; }
    const PlotRange& range() const { return range_; }
    bool logX() const { return logX_; }
    bool logY() const { return logY_; }

    static double along(double value, bool logarithmic) { return logarithmic ? std::log10(value) : value; }
    QPointF at(double x, double y) const {
        return {area_.left() + area_.width() * (along(x, logX_) - range_.left) / (range_.right - range_.left),
                area_.bottom() -
                    area_.height() * (along(y, logY_) - range_.bottom) / (range_.top - range_.bottom)};
    }
    /// Along the axes: log10 of the value on a logarithmic one.
    QPointF axisPlaceOf(QPointF pixel) const {
        return {range_.left + (range_.right - range_.left) * (pixel.x() - area_.left()) / area_.width(),
                range_.bottom + (range_.top - range_.bottom) * (area_.bottom() - pixel.y()) / area_.height()};
    }

  private:
    QRectF area_{0, 0, 1, 1};
    PlotRange range_;
    bool logX_ = false, logY_ = false;
};

/// The limits of the spec's axes.
inline PlotRange rangeOf(const curves::PlotSpec& spec) {
    const bool logX = spec.x.scale == curves::Scale::Log, logY = spec.y.scale == curves::Scale::Log;
    return {PlotMap::along(spec.x.ticks.low, logX), PlotMap::along(spec.x.ticks.high, logX),
            PlotMap::along(spec.y.ticks.low, logY), PlotMap::along(spec.y.ticks.high, logY)};
}

}  // namespace ratescope::views
