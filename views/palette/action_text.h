#pragma once

// What palette and key editor say of an action.

#include <QAction>
#include <QList>
#include <QString>

namespace ratescope::views {

/// Without mnemonic and dots.
QString nameOf(const QAction& action);
/// Where it stands in the menus: "View › Docks"; "" for one in no menu.
QString menuPathOf(const QAction& action);
QString keyTextOf(const QAction& action);

/// Those that can be offered: with a name and a text, no separator, no menu.
QList<QAction*> namedActions(const QList<QAction*>& actions);

}  // namespace ratescope::views
