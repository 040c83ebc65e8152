#pragma once

#include <QColor>

namespace ratescope::views {

/// `amount` of `over` mixed into `under`, opaque: for fills that no token names, and in place of translucent ones, which
/// Qt's raster engine hands to its pool of threads, piece by piece, and waits for.
QColor mixed(const QColor& under, const QColor& over, double amount);

}  // namespace ratescope::views
