#include "views/graph/popup_frame.h"

#include "views/theme/tokens.h"

#include <QPainter>
#include <algorithm>

namespace ratescope::views {

PopupFrame::PopupFrame(QWidget* parent) : QFrame(parent) {
    hide();
}

void PopupFrame::openAt(QPoint point, QSize size) {
    resize(size.boundedTo(parentWidget()->size()));
    const QSize room = parentWidget()->size() - this->size();
    move(std::clamp(point.x(), 0, std::max(0, room.width())),
         std::clamp(point.y(), 0, std::max(0, room.height())));
    show();
    raise();
}

void PopupFrame::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colour(Token::Muted));
    painter.setBrush(colour(Token::Surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::corner, measure::corner);
}

}  // namespace ratescope::views
