#pragma once

// What the pointer is on, beside the pointer: a label within the window, so that it may be wider than the plot.

#include <QLabel>

namespace ratescope::views {

class PointTip : public QLabel {
    Q_OBJECT

  public:
    /// Of this widget; it lies in its window.
    explicit PointTip(QWidget* of);
    void showAt(QPoint globalPlace, const QString& richText);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QWidget* of_;
};

}  // namespace ratescope::views
