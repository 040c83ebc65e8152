#pragma once

// How sharp layers and icons are to be made.

#include <QPainter>
#include <QTransform>

namespace ratescope::views {

/// Pixels of what is really painted on for one of the painter's units: also where a widget is rendered into a picture
/// of another ratio than its screen's.
inline double pixelRatioOf(const QPainter& painter) {
    return painter.deviceTransform().m11();
}

}  // namespace ratescope::views
