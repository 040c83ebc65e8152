#pragma once

// A line of text that gives way where there is no room, and then says itself in the tool tip.

#include <QLabel>

namespace ratescope::views {

class ElidedLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
};

}  // namespace ratescope::views
