#pragma once

// What went wrong, above the tabs: what happened, why, what to do, with a button that does it. Never a dialog that
// stands in the way.

#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;

namespace ratescope::desktop {

class MessageBar : public QFrame {
    Q_OBJECT

  public:
    enum class Kind { Note, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);

    /// Takes the place of what is shown. Without a button where `button` is empty; it calls `act`, and the bar goes.
    void say(Kind kind, const QString& what, const QString& remedy, const QString& button = {},
             std::function<void()> act = {});
    void fail(const QString& what, const QString& remedy) { say(Kind::Error, what, remedy); }
    QString text() const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void showKind();

    Kind kind_ = Kind::Note;
    std::function<void()> act_;
    QLabel* glyph_;
    QLabel* text_;
    QPushButton* button_;
};

}  // namespace ratescope::desktop
