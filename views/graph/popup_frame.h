#pragma once

// What opens over the canvas: a card with a border, within its parent.

#include <QFrame>

namespace ratescope::views {

class PopupFrame : public QFrame {
    Q_OBJECT

  public:
    explicit PopupFrame(QWidget* parent);

  protected:
    /// Shows it with its top left corner at the point, or as near as it fits, at most as large as the parent.
    void openAt(QPoint point, QSize size);
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace ratescope::views
