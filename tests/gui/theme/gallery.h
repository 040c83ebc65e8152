#pragma once

// Every control of the window beside its like, as a panel holds them: to be looked at, and measured.

#include <QWidget>

namespace gui {

class Gallery : public QWidget {
    Q_OBJECT

  public:
    explicit Gallery(QWidget* parent = nullptr);

  private:
    QWidget* buttons();
    QWidget* fields();
    QWidget* marks();
    QWidget* lists();
    QWidget* title();
    QWidget* table();
};

/// Every icon at 16 and 20, every run state, every series mark.
class SignSheet : public QWidget {
    Q_OBJECT

  public:
    explicit SignSheet(QWidget* parent = nullptr);

  protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace gui
