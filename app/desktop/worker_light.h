#pragma once

// Whether somebody holds the library, whether workers are busy, and how much memory they take.

#include <QTimer>
#include <QWidget>

namespace ratescope::views {
class SupervisorLink;
}

namespace ratescope::desktop {

class WorkerLight : public QWidget {
    Q_OBJECT

  public:
    explicit WorkerLight(const views::SupervisorLink& supervisor, QWidget* parent = nullptr);

    QString text() const { return text_; }
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void look();

    const views::SupervisorLink& supervisor_;
    QTimer looking_;
    QString text_, memory_;
};

}  // namespace ratescope::desktop
