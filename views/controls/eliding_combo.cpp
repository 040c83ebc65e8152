#include "views/controls/eliding_combo.h"

#include <QHelpEvent>
#include <QStylePainter>
#include <QToolTip>

namespace ratescope::views {

int ElidingCombo::room() const {
    constexpr int iconGap = 4;
    QStyleOptionComboBox option;
    initStyleOption(&option);
    const int field =
        style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this).width();
    return option.currentIcon.isNull() ? field : field - option.iconSize.width() - iconGap;
}

void ElidingCombo::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    QStyleOptionComboBox option;
    initStyleOption(&option);
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    option.currentText = fontMetrics().elidedText(option.currentText, Qt::ElideRight, room());
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
}

bool ElidingCombo::event(QEvent* event) {
    const bool cut = fontMetrics().horizontalAdvance(currentText()) > room();
    if (event->type() != QEvent::ToolTip || !cut || toolTip().contains(currentText()))
        return QComboBox::event(event);
    const QString tip = toolTip().isEmpty() ? currentText() : currentText() + '\n' + toolTip();
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), tip, this);
    return true;
}

}  // namespace ratescope::views
