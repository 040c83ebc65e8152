#pragma once

// Finds an action by a few letters of its name, menu or tool tip, and does it. Within the window, over its panels;
// closes when something is done, on Esc, and when the keyboard goes elsewhere.

#include <QAction>
#include <QFrame>
#include <QList>
#include <QPointer>

class QLabel;
class QLineEdit;
class QListView;

namespace ratescope::views {

class FoundActions;

class CommandPalette : public QFrame {
    Q_OBJECT

  public:
    /// Deletes itself when it closes.
    CommandPalette(const QList<QAction*>& actions, QWidget* window);
    void open();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

  private:
    void search(const QString& query);
    void place();
    void step(int rows);
    void trigger(const QModelIndex& index);
    bool takeKey(int key);

    QPointer<QWidget> window_, before_;  ///< what had the keyboard
    FoundActions* found_;
    QLineEdit* field_;
    QListView* list_;
    QLabel* nothing_;
};

}  // namespace ratescope::views
