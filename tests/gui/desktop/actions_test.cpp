// The window's actions: each named and explained, and no key that means two things where it is pressed.

#include "tests/gui/desktop/desk.h"
#include "views/compare/compare_panel.h"
#include "views/figures/figure_panel.h"

#include <QAction>
#include <QTabWidget>

using namespace ratescope;

namespace {

bool isWindows(const QAction& action) {
    return action.shortcutContext() == Qt::WindowShortcut ||
           action.shortcutContext() == Qt::ApplicationShortcut;
}

/// Both are heard at some place: the window's keys are heard everywhere, those of a panel in the panel.
bool meet(const QAction& one, const QAction& other) {
    if (isWindows(one) || isWindows(other)) return true;
    const QString panel = one.objectName().section('.', 0, 0);
    return panel == other.objectName().section('.', 0, 0);
}

}  // namespace

class ActionsTest : public QObject {
    Q_OBJECT
  private slots:
    void everyActionIsNamedAndExplained() {
        gui::Desk desk;
        QVERIFY(desk.window().actionList().all().size() > 60);
        for (const QAction* action : desk.window().actionList().all())
            QVERIFY2(
                !action->objectName().isEmpty() && !action->text().isEmpty() && !action->toolTip().isEmpty(),
                qPrintable(action->objectName() + ' ' + action->text()));
    }

    void everyKeyMeansOneThing() {
        gui::Desk desk;
        const QList<QAction*> actions = desk.window().actionList().all();
        QStringList twice;
        for (qsizetype i = 0; i < actions.size(); ++i)
            for (const QKeySequence& key : actions[i]->shortcuts())
                for (qsizetype j = i + 1; j < actions.size(); ++j)
                    if (actions[j]->shortcuts().contains(key) && meet(*actions[i], *actions[j]))
                        twice += key.toString() + ": " + actions[i]->objectName() + ", " +
                                 actions[j]->objectName();
        QVERIFY2(twice.isEmpty(), qPrintable(twice.join('\n')));
    }

    void tabsAreReachedFromEachOther() {
        gui::Desk desk;
        desk.open(gui::threeCodecs());
        const auto& tabs = *desk.window().findChild<QTabWidget*>();
        for (const auto& [action, tab] :
             {std::pair("view.figure", 2), std::pair("view.compare", 1), std::pair("view.model", 3),
              std::pair("view.figure", 2), std::pair("view.graph", 0)}) {
            desk.act(action);
            QCOMPARE(tabs.currentIndex(), tab);
            tabs.currentWidget()->setFocus();
        }
    }
};

RATESCOPE_GUI_TEST_MAIN(ActionsTest)
#include "actions_test.moc"
