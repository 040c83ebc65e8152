#pragma once

// What a panel shows while it has nothing to show: one sentence on what appears here, and one button that makes it
// appear.

#include <QWidget>

class QLabel;
class QPushButton;

namespace ratescope::views {

class EmptyState : public QWidget {
    Q_OBJECT

  public:
    /// Without a button where `action` is empty.
    EmptyState(const QString& sentence, const QString& action, QWidget* parent = nullptr);
    void say(const QString& sentence, const QString& action);

  signals:
    void asked();  ///< the button

  private:
    QLabel* sentence_;
    QPushButton* action_;
};

}  // namespace ratescope::views
