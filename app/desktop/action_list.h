#pragma once

// All actions of a window, by a name that never changes: menu, tool bar, command palette and key editor show the same
// ones.

#include "views/session/settings.h"

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QWidget>

namespace ratescope::desktop {

class ActionList {
  public:
    /// Keys that the user has chosen go before an action's own.
    ActionList(views::Settings& settings, QWidget& window);

    /// A new action "file.open"; without an icon where `icon` is empty.
    QAction* add(const QString& id, const QString& text, const QString& icon, const QKeySequence& key,
                 const QString& toolTip);
    /// Actions that a panel has made, named by their objectName.
    void adopt(const QList<QAction*>& actions);
    /// nullptr for an unknown name.
    QAction* find(const QString& id) const { return byId_.value(id); }
    const QList<QAction*>& all() const { return actions_; }

  private:
    void take(QAction* action);

    views::Settings& settings_;
    QWidget& window_;
    QList<QAction*> actions_;
    QHash<QString, QAction*> byId_;
};

}  // namespace ratescope::desktop
