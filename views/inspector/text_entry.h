#pragma once

// What fields of text share: each key is read as a value, and typing is one act.

#include "views/inspector/gesture.h"
#include "views/inspector/sweep_values.h"

#include <QLineEdit>
#include <functional>

namespace ratescope::views {

/// A line that is checked while it is written. Wrong text stays, framed, until it is right or Escape is pressed.
class CheckedLine : public QLineEdit {
    Q_OBJECT

  public:
    using QLineEdit::QLineEdit;

    void setWrong(bool wrong);
    bool isWrong() const { return wrong_; }
    Gesture gesture;
    int numberWidth = 0;  ///< for so many figures; 0 takes what there is

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    void stepped(int by);  ///< the keys up and down
    void givenUp();        ///< Escape

  protected:
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    bool wrong_ = false;
};

}  // namespace ratescope::views
