#pragma once

// The title of a dock: its name, a button that floats it and one that closes it. The dock is dragged by it as by
// Qt's own.

#include <QWidget>

class QDockWidget;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace ratescope::views {

class DockTitle : public QWidget {
    Q_OBJECT

  public:
    /// Becomes the dock's title bar and shows its window title. Buttons that the dock's features don't allow are not
    /// there.
    explicit DockTitle(QDockWidget& dock);
    /// A widget of the panel's own, left of the buttons.
    void add(QWidget* widget);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    QToolButton* addButton(const QString& name, const QString& text);
    void follow();

    QDockWidget& dock_;
    QHBoxLayout* row_;
    QLabel* title_;
    QToolButton *float_, *close_;
};

}  // namespace ratescope::views
