#pragma once

// Points and numbers of curves as the panel says them.

#include "core/curves/curve.h"
#include "views/curves/curve_reader.h"

#include <QString>

namespace ratescope::views {

/// "PSNR, RGB", "bpp", "Encoding time", "quality of jpeg".
QString titleOf(const AxisOption& axis);
/// "quality 75, subsampling 4:2:0"; "" for a point without swept values.
QString parametersOf(const curves::Point& point);
/// "1.133 bpp, 33.60 dB".
QString valuesOf(const curves::Curve& curve, const curves::Point& point);
/// "mean of 4 pictures", "mean of 2 of 4 pictures", "one picture", "published: CITATION". `items` is the noun: see
/// itemsNoun.
QString sampleOf(const curves::Curve& curve, const curves::Point& point, bool pictures);
/// Rich text: series, parameters, values with interval, n, command.
QString tipOf(const curves::Curve& curve, const curves::Point& point, bool pictures, const QString& command);

}  // namespace ratescope::views
