#pragma once

// A part of the panel that is told from its ground by tone and a thin border.

#include <QWidget>

namespace ratescope::views {

class Card : public QWidget {
    Q_OBJECT

  public:
    using QWidget::QWidget;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
};

/// A thin line across.
class Rule : public QWidget {
    Q_OBJECT

  public:
    explicit Rule(QWidget* parent = nullptr);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
};

}  // namespace ratescope::views
