#pragma once

// A combo box that says with an ellipsis that its text is longer; the tool tip has all of it then.

#include <QComboBox>

namespace ratescope::views {

class ElidingCombo : public QComboBox {
    Q_OBJECT

  public:
    using QComboBox::QComboBox;

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    int room() const;  ///< for the text
};

}  // namespace ratescope::views
