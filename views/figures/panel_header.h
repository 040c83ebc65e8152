#pragma once

// The bar over a part of the panel: its title, a quieter note, and buttons of actions.

#include <QLabel>
#include <QWidget>

class QAction;
class QHBoxLayout;
class QToolButton;

namespace ratescope::views {

/// A line that gives way: what does not fit is elided, the whole stands in the tool tip.
class ElidedLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    /// `tip`: the tool tip, where it is not the text.
    void say(const QString& text, const QString& tip = {});

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString text_;
};

class PanelHeader : public QWidget {
    Q_OBJECT

  public:
    explicit PanelHeader(const QString& title, QWidget* parent = nullptr);
    void setNote(const QString& note);
    QToolButton* add(QAction* action);

  private:
    QHBoxLayout* row_;
    ElidedLabel* note_;
};

/// Fills the widget with the colour of panels.
void onSurface(QWidget& widget);

}  // namespace ratescope::views
