#include "views/inspector/text_entry.h"

#include "views/theme/tokens.h"

#include <QKeyEvent>
#include <QStyle>

namespace ratescope::views {

void CheckedLine::setWrong(bool wrong) {
    if (wrong == wrong_) return;
    wrong_ = wrong;
    setProperty("wrong", wrong);
    // The sheet's rule for it is looked up again.
    style()->unpolish(this);
    style()->polish(this);
}

QSize CheckedLine::sizeHint() const {
    QSize hint = QLineEdit::sizeHint();
    if (numberWidth)
        hint.setWidth(fontMetrics().horizontalAdvance('0') * numberWidth + 2 * measure::padding +
                      measure::grid);
    return hint;
}

QSize CheckedLine::minimumSizeHint() const {
    return numberWidth ? sizeHint() : QLineEdit::minimumSizeHint();
}

void CheckedLine::focusInEvent(QFocusEvent* event) {
    gesture.end();
    QLineEdit::focusInEvent(event);
}

void CheckedLine::focusOutEvent(QFocusEvent* event) {
    gesture.end();
    QLineEdit::focusOutEvent(event);
}

void CheckedLine::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Escape:
            if (!wrong_) break;
            emit givenUp();
            return;
        case Qt::Key_Up:
            emit stepped(1);
            return;
        case Qt::Key_Down:
            emit stepped(-1);
            return;
        default:
            break;
    }
    QLineEdit::keyPressEvent(event);
}

}  // namespace ratescope::views
