#include "views/inspector/quiet_button.h"

#include "views/theme/tokens.h"

namespace ratescope::views {

QuietButton::QuietButton(QWidget* parent) : QToolButton(parent) {
    setFixedSize(measure::field, measure::field);
    setFocusPolicy(Qt::StrongFocus);
    setCheckable(true);
}

void QuietButton::setLoud(bool loud) {
    loud_ = loud;
    update();
}

void QuietButton::paintEvent(QPaintEvent* event) {
    const QWidget* const row = parentWidget();
    if (loud_ || hasFocus() || (row && row->underMouse())) QToolButton::paintEvent(event);
}

}  // namespace ratescope::views
