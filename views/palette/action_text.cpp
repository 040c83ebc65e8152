#include "views/palette/action_text.h"

#include <QMenu>

namespace ratescope::views {
namespace {

QString plain(QString text) {
    // "&&" stands for a sign that is shown.
    const QChar kept(0x1);
    text.replace("&&", kept).remove('&').replace(kept, '&');
    if (text.endsWith(QChar(0x2026))) text.chop(1);
    return text.trimmed();
}

QStringList pathOf(const QAction& action, int depth) {
    // Menus that hold each other are no menus of ours.
    constexpr int deepest = 4;
    if (depth == deepest) return {};
    for (const QObject* place : action.associatedObjects()) {
        const auto* menu = qobject_cast<const QMenu*>(place);
        if (!menu || menu->title().isEmpty()) continue;
        return pathOf(*menu->menuAction(), depth + 1) << plain(menu->title());
    }
    return {};
}

}  // namespace

QString nameOf(const QAction& action) {
    return plain(action.text());
}

QString menuPathOf(const QAction& action) {
    return pathOf(action, 0).join(QString(" %1 ").arg(QChar(0x203A)));
}

QString keyTextOf(const QAction& action) {
    return action.shortcut().toString(QKeySequence::NativeText);
}

QList<QAction*> namedActions(const QList<QAction*>& actions) {
    QList<QAction*> named;
    for (QAction* action : actions)
        if (action && !action->objectName().isEmpty() && !action->text().isEmpty() &&
            !action->isSeparator() && !action->menu())
            named += action;
    return named;
}

}  // namespace ratescope::views
