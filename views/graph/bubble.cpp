#include "views/graph/bubble.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFontMetrics>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int widest = 320, shownMs = 5000;

}  // namespace

Bubble::Bubble(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAccessibleName(tr("Refusal"));
    setFont(tableFont());
    going_.setSingleShot(true);
    going_.setInterval(shownMs);
    connect(&going_, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void Bubble::say(const QString& text, QPoint point, bool stays) {
    text_ = text;
    setAccessibleDescription(text);
    const QRect bounds = fontMetrics().boundingRect(QRect(0, 0, widest, 1000), Qt::TextWordWrap, text);
    resize(bounds.width() + 2 * measure::padding + 2, bounds.height() + measure::padding + 2);
    const QPoint beside = point + QPoint(14, 18);
    const QSize room = parentWidget()->size() - size();
    move(std::clamp(beside.x(), 0, std::max(0, room.width())),
         std::clamp(beside.y(), 0, std::max(0, room.height())));
    show();
    raise();
    update();
    if (stays)
        going_.stop();
    else
        going_.start();
}

void Bubble::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colour(Token::Bad));
    painter.setBrush(colour(Token::Surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::corner, measure::corner);
    painter.setPen(colour(Token::Text));
    painter.drawText(
        rect().adjusted(measure::padding, measure::padding / 2, -measure::padding, -measure::padding / 2),
        Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, text_);
}

}  // namespace ratescope::views
