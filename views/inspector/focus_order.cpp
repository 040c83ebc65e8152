#include "views/inspector/focus_order.h"

#include <QLayout>
#include <QWidget>

namespace ratescope::views {
namespace {

QWidget* orderIn(const QLayout& layout, QWidget* before) {
    for (int i = 0; i < layout.count(); ++i) {
        QLayoutItem* const item = layout.itemAt(i);
        if (const QLayout* inner = item->layout())
            before = orderIn(*inner, before);
        else if (QWidget* widget = item->widget())
            before = orderFocus(*widget, before);
    }
    return before;
}

}  // namespace

QWidget* orderFocus(QWidget& whole, QWidget* before) {
    if (whole.focusPolicy() & Qt::TabFocus) {
        if (before) QWidget::setTabOrder(before, &whole);
        return &whole;
    }
    return whole.layout() ? orderIn(*whole.layout(), before) : before;
}

}  // namespace ratescope::views
