#pragma once

// Says beside the pointer why something can't be done; goes by itself.

#include <QTimer>
#include <QWidget>

namespace ratescope::views {

class Bubble : public QWidget {
    Q_OBJECT

  public:
    explicit Bubble(QWidget* parent);
    QString text() const { return text_; }
    /// At the point of its parent, within it. `stays`: until hide(), else a few seconds.
    void say(const QString& text, QPoint point, bool stays);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString text_;
    QTimer going_;
};

}  // namespace ratescope::views
