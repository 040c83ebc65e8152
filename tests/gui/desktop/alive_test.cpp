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
        gui::Desk desk;
        desk.open(gui::threeCodecs());
        QTest::qWait(1500);
        auto& application = *static_cast<gui::WatchedApplication*>(qApp);
        QSignalSpy idle(&desk.session().supervisor, &views::SupervisorLink::idle);
        application.start();
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 120'000));
        QTest::qWait(1000);
        const gui::Blocks blocks = application.stop();
        std::printf("%s\n", qPrintable(blocks.text()));
        QVERIFY2(blocks.p99 <= 16, qPrintable(blocks.text()));
        QVERIFY2(blocks.max <= 50, qPrintable(blocks.text()));
    }
};

RATESCOPE_GUI_TEST_MAIN(AliveTest)
#include "alive_test.moc"
