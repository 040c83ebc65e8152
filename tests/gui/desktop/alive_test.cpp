// The window stays alive: time of every event on its thread while a study runs with two workers.

#include "tests/gui/desktop/desk.h"
#include "tests/gui/watchdog.h"

#include <QSignalSpy>
#include <cstdio>

using namespace ratescope;

class AliveTest : public QObject {
    Q_OBJECT
  private slots:
    void whileAStudyRuns() {
        // What else the machine does slows shared caches and cores down, which no clock of a thread tells: what the
        // program itself holds up shows in every try.
        const gui::Blocks blocks = gui::measuredInTries([this] {
            gui::Blocks once = run();
            std::printf("%s\n", qPrintable(once.text()));
            return once;
        });
        QVERIFY2(blocks.withinLimits(), qPrintable(blocks.text()));
    }

  private:
    gui::Blocks run() {
        gui::Desk desk;
        desk.open(gui::threeCodecs());
        QTest::qWait(1500);
        auto& application = *static_cast<gui::WatchedApplication*>(qApp);
        QSignalSpy idle(&desk.session().supervisor, &views::SupervisorLink::idle);
        application.start();
        desk.act("run.run");
        if (!gui::waitFor([&] { return idle.count() > 0; }, 120'000)) qFatal("the study does not end");
        QTest::qWait(1000);
        return application.stop();
    }
};

RATESCOPE_GUI_TEST_MAIN(AliveTest)
#include "alive_test.moc"
