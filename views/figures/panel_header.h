#pragma once

// The bar over a part of the panel: its title, a quieter note, and buttons of actions.

#include <QWidget>

class QAction;
class QHBoxLayout;
class QToolButton;

namespace ratescope::views {

class ElidedLabel;

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
