#include "views/controls/run_state.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

namespace ratescope::views {
namespace {

QString trRunState(const char* text) {
    return QCoreApplication::translate("RunState", text);
}

void paintCheck(QPainter& painter, const QRectF& disc, const QColor& ink) {
    QPainterPath check;
    check.moveTo(disc.left() + disc.width() * 0.27, disc.top() + disc.height() * 0.52);
    check.lineTo(disc.left() + disc.width() * 0.44, disc.top() + disc.height() * 0.68);
    check.lineTo(disc.left() + disc.width() * 0.74, disc.top() + disc.height() * 0.34);
    painter.setPen(QPen(ink, disc.width() * 0.11, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(check);
}

void paintCross(QPainter& painter, const QRectF& disc, const QColor& ink) {
    const QRectF cross =
        disc.adjusted(disc.width() * 0.32, disc.height() * 0.32, -disc.width() * 0.32, -disc.height() * 0.32);
    painter.setPen(QPen(ink, disc.width() * 0.11, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(cross.topLeft(), cross.bottomRight());
    painter.drawLine(cross.topRight(), cross.bottomLeft());
}

void paintInside(QPainter& painter, const QRectF& disc, RunState state, const QColor& ink,
                 const QColor& ground) {
    const auto ring = [&](bool filled) {
        painter.setPen(QPen(ink, disc.width() * 0.1));
        painter.setBrush(filled ? QBrush(ink) : QBrush(Qt::NoBrush));
        painter.drawEllipse(disc);
    };
    const auto pie = [&](int sixteenths) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        painter.drawPie(disc, 90 * 16, -sixteenths * 360);
    };
    const QPointF middle = disc.center();
    const double arm = disc.width() * 0.28;
    ring(state == RunState::Done || state == RunState::Failed);
    switch (state) {
        case RunState::Idle:
            break;
        case RunState::Waiting:
            pie(4);
            break;
        case RunState::Running:
            pie(8);
            break;
        case RunState::Done:
            paintCheck(painter, disc, ground);
            break;
        case RunState::FromCache:
            paintCheck(painter, disc, ink);
            break;
        case RunState::Failed:
            paintCross(painter, disc, ground);
            break;
        case RunState::Cancelled:
            painter.drawLine(QPointF(middle.x() - arm, middle.y()), QPointF(middle.x() + arm, middle.y()));
            break;
        case RunState::Interrupted:
            painter.drawLine(QPointF(middle.x() - arm / 2, middle.y() - arm),
                             QPointF(middle.x() - arm / 2, middle.y() + arm));
            painter.drawLine(QPointF(middle.x() + arm / 2, middle.y() - arm),
                             QPointF(middle.x() + arm / 2, middle.y() + arm));
            break;
        case RunState::Bypassed:
            painter.drawLine(QPointF(middle.x() - arm, middle.y() + arm),
                             QPointF(middle.x() + arm, middle.y() - arm));
            break;
        case RunState::NeedsInput:
            painter.drawLine(QPointF(middle.x(), middle.y() - arm),
                             QPointF(middle.x(), middle.y() + arm * 0.2));
            painter.drawPoint(QPointF(middle.x(), middle.y() + arm * 0.9));
            break;
    }
}

}  // namespace

RunState runStateOf(store::State state) {
    switch (state) {
        case store::State::Pending:
            return RunState::Waiting;
        case store::State::Running:
            return RunState::Running;
        case store::State::Done:
            return RunState::Done;
        case store::State::Failed:
            return RunState::Failed;
        case store::State::Cancelled:
            return RunState::Cancelled;
        case store::State::Interrupted:
            return RunState::Interrupted;
    }
    return RunState::Idle;
}

QString wordOf(RunState state) {
    switch (state) {
        case RunState::Idle:
            return trRunState("idle");
        case RunState::Waiting:
            return trRunState("waiting");
        case RunState::Running:
            return trRunState("running");
        case RunState::Done:
            return trRunState("done");
        case RunState::FromCache:
            return trRunState("from cache");
        case RunState::Failed:
            return trRunState("failed");
        case RunState::Cancelled:
            return trRunState("cancelled");
        case RunState::Interrupted:
            return trRunState("interrupted");
        case RunState::Bypassed:
            return trRunState("bypassed");
        case RunState::NeedsInput:
            return trRunState("needs input");
    }
    return {};
}

Token tokenOf(RunState state) {
    switch (state) {
        case RunState::Running:
            return Token::Accent;
        case RunState::Done:
        case RunState::FromCache:
            return Token::Good;
        case RunState::Failed:
            return Token::Bad;
        case RunState::Interrupted:
        case RunState::NeedsInput:
            return Token::Warn;
        default:
            return Token::Muted;
    }
}

void paintState(QPainter& painter, const QRectF& square, RunState state, Look look) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double side = std::min(square.width(), square.height()) * 0.82;
    QRectF disc(0, 0, side, side);
    disc.moveCenter(square.center());
    paintInside(painter, disc, state, colour(tokenOf(state), look), colour(Token::Surface, look));
    painter.restore();
}

}  // namespace ratescope::views
