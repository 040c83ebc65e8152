#pragma once

// A small button of a row that is seen while the row is pointed at, or has the focus, or while it says something.

#include <QToolButton>

namespace ratescope::views {

class QuietButton : public QToolButton {
    Q_OBJECT

  public:
    explicit QuietButton(QWidget* parent = nullptr);
    /// Seen all the time.
    void setLoud(bool loud);
    /// Shown as pressed: by what the row does, never by a click.
    void setPressed(bool pressed) { setChecked(pressed); }

  protected:
    void nextCheckState() override {}
    void paintEvent(QPaintEvent* event) override;

  private:
    bool loud_ = false;
};

}  // namespace ratescope::views
