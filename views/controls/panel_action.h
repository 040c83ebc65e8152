#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

class QAction;
class QWidget;

namespace ratescope::views {

/// An action of a panel, its child, named `name`. Its keys are those of the panel and what lies in it: elsewhere, fields
/// and lists have their own use for letters and figures. The tool tip names the first key.
QAction* panelAction(QWidget& panel, const QString& name, const QString& text, const QString& tip,
                     const QList<QKeySequence>& keys, const QString& iconName);

}  // namespace ratescope::views
