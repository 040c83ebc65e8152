#include "views/curves/point_tip.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int away = 14, widest = 400;

}  // namespace

PointTip::PointTip(QWidget* of) : QLabel(of), of_(of) {
    setObjectName("pointTip");
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setTextFormat(Qt::RichText);
    setContentsMargins(measure::padding, 6, measure::padding, 6);
    hide();
}

void PointTip::showAt(QPoint globalPlace, const QString& richText) {
    QWidget* window = of_->window();
    if (parentWidget() != window) setParent(window);
    setFont(tableFont());
    setWordWrap(false);
    setText(richText);
    if (sizeHint().width() > widest) setWordWrap(true);
    resize(std::min(sizeHint().width(), widest), 0);
    resize(width(), wordWrap() ? heightForWidth(width()) : sizeHint().height());
    QPoint place = window->mapFromGlobal(globalPlace) + QPoint(away, away);
    if (place.x() + width() > window->width()) place.setX(place.x() - width() - 2 * away);
    if (place.y() + height() > window->height()) place.setY(place.y() - height() - 2 * away);
    move(std::max(0, place.x()), std::max(0, place.y()));
    raise();
    show();
}

void PointTip::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour(Token::Line), 1));
    painter.setBrush(colour(Token::Raised));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::corner, measure::corner);
    painter.end();
    QLabel::paintEvent(event);
}

}  // namespace ratescope::views
