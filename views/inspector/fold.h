#pragma once

// What is seldom needed, under a title with a chevron: "Advanced 2".

#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace ratescope::views {

class Fold : public QWidget {
    Q_OBJECT

  public:
    explicit Fold(const QString& title, QWidget* parent = nullptr);

    /// Where its content goes.
    QVBoxLayout& content() { return *content_; }
    QWidget* body() const { return body_; }
    /// How many things are in it, as the title says.
    void setCount(int count);
    void setOpen(bool open);
    bool isOpen() const;

  private:
    void showOpen();

    QString title_;
    QPushButton* button_;
    QWidget* body_;
    QVBoxLayout* content_;
};

}  // namespace ratescope::views
