#include "views/inspector/column_area.h"

#include <QEvent>
#include <QScrollBar>

namespace ratescope::views {

ColumnArea::ColumnArea(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void ColumnArea::setColumn(QWidget* column) {
    setWidget(column);
    column->installEventFilter(this);
    updateGeometry();
}

QSize ColumnArea::minimumSizeHint() const {
    const int inside = widget() ? widget()->minimumSizeHint().width() : 0;
    return {inside + verticalScrollBar()->sizeHint().width(), QScrollArea::minimumSizeHint().height()};
}

bool ColumnArea::eventFilter(QObject* watched, QEvent* event) {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(watched, event);
}

}  // namespace ratescope::views
