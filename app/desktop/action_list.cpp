#include "app/desktop/action_list.h"

#include "views/theme/icon.h"

namespace ratescope::desktop {

ActionList::ActionList(views::Settings& settings, QWidget& window) : settings_(settings), window_(window) {}

QAction* ActionList::add(const QString& id, const QString& text, const QString& icon, const QKeySequence& key,
                         const QString& toolTip) {
    auto* action = new QAction(text, &window_);
    action->setObjectName(id);
    if (!icon.isEmpty()) action->setIcon(views::icon(icon));
    action->setShortcut(key);
    action->setToolTip(key.isEmpty() ? toolTip
                                     : toolTip + " (" + key.toString(QKeySequence::NativeText) + ")");
    window_.addAction(action);
    take(action);
    return action;
}

void ActionList::adopt(const QList<QAction*>& actions) {
    for (QAction* action : actions)
        take(action);
}

void ActionList::take(QAction* action) {
    const QString id = action->objectName();
    Q_ASSERT_X(!id.isEmpty() && !byId_.contains(id), "ActionList", "an action needs a name of its own");
    // What the key is without the user's wish: the key editor goes back to it.
    action->setProperty("ownKey", action->shortcut().toString(QKeySequence::PortableText));
    const QString key = settings_.keyOf(id);
    if (!key.isEmpty()) action->setShortcut(QKeySequence::fromString(key, QKeySequence::PortableText));
    actions_ += action;
    byId_.insert(id, action);
}

}  // namespace ratescope::desktop
