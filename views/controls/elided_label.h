#pragma once

// A line of text that may be longer than its place: then its end is elided and its tool tip says it whole.

#include <QLabel>

namespace ratescope::views {

class ElidedLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);
    /// Paths are elided in the middle.
    void setElideMode(Qt::TextElideMode mode);

    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    Qt::TextElideMode mode_ = Qt::ElideRight;
};

}  // namespace ratescope::views
