#pragma once

class QWidget;

namespace ratescope::views {

/// The tabulator goes through what is in `whole` as its layouts have it, whenever it was made. Returns the last one;
/// `before` (may be nullptr) comes before the first.
QWidget* orderFocus(QWidget& whole, QWidget* before);

}  // namespace ratescope::views
