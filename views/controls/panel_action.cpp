#include "views/controls/panel_action.h"

#include "views/theme/icon.h"

#include <QAction>
#include <QCoreApplication>
#include <QWidget>

namespace ratescope::views {

QAction* panelAction(QWidget& panel, const QString& name, const QString& text, const QString& tip,
                     const QList<QKeySequence>& keys, const QString& iconName) {
    auto* action = new QAction(text, &panel);
    action->setObjectName(name);
    action->setToolTip(keys.isEmpty() ? tip
                                      : QCoreApplication::translate("PanelAction", "%1 (%2)")
                                            .arg(tip, keys.first().toString(QKeySequence::NativeText)));
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    if (!iconName.isEmpty()) action->setIcon(icon(iconName));
    return action;
}

}  // namespace ratescope::views
