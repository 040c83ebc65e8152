// The panel Runs beside a real supervisor: progress, pause, stop, retry, failures, and its place while numbers arrive.

#include "tests/gui/runs/run_studies.h"
#include "tests/gui/runs/shown_panel.h"
#include "tests/patience.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTextBrowser>

using namespace ratescope;
using namespace ratescope::views;
using store::State;

namespace {

constexpr int longMs = 60'000;

}  // namespace

class RunsLiveTest : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        Settings settings;
        for (const char* key : {"runs.columns", "runs.splitter", "runs.view"})
            settings.setViewState(key, {});
    }

    void pauseResumeAndStop() {
        gui::LiveStudy live(gui::slowStudy(8, 150));
        gui::ShownPanel shown(live.session);
        const QAbstractItemModelTester tester(&shown.model());
        QVERIFY(live.submit());
        QAction& pause = *shown.action("runs.pause");
        const auto counts = [&] { return shown.model().snapshot().index.counts; };
        QVERIFY(gui::waitFor([&] { return counts()[State::Done] >= 2 && pause.isEnabled(); }, longMs));
        QVERIFY(shown.child<QLabel>("runs.count")->text().endsWith("of 80"));
        QVERIFY(gui::waitFor(
            [&] { return shown.child<QLabel>("runs.time")->text().contains("items a minute"); }, longMs));
        pause.trigger();
        QVERIFY(gui::waitFor([&] { return pause.text() == "Resume"; }));
        QTest::qWait(600 * ratescope::test::patience);
        const std::int64_t before = counts()[State::Done];
        QTest::qWait(800);
        QCOMPARE(counts()[State::Done], before);
        pause.trigger();
        QVERIFY(gui::waitFor([&] { return counts()[State::Done] > before; }, longMs));
        QElapsedTimer since;
        since.start();
        shown.action("runs.cancel")->trigger();
        QVERIFY(
            gui::waitFor([&] { return counts()[State::Cancelled] > 0 && counts()[State::Running] == 0; }));
        QVERIFY2(since.elapsed() < 2'000 * ratescope::test::patience,
                 qPrintable(QString::number(since.elapsed())));
        // What was stopped goes on when it is asked to.
        QVERIFY(gui::waitFor([&] { return pause.isEnabled() && pause.text() == "Resume"; }));
        pause.trigger();
        QVERIFY(gui::waitFor([&] { return counts()[State::Cancelled] == 0; }));
    }

    void aFailureSaysWhyAndIsTriedAgain() {
        gui::LiveStudy live(gui::slowStudy(3, 1, true));
        gui::ShownPanel shown(live.session, QSize(1000, 500));
        shown.action("runs.details")->trigger();
        QVERIFY(live.submit());
        const auto counts = [&] { return shown.model().snapshot().index.counts; };
        QVERIFY(gui::waitFor(
            [&] { return counts()[State::Failed] == 1 && !live.session.supervisor.progress(); }, longMs));
        QVERIFY(shown.child<QLabel>("runs.failed")->text() == "1 failed");
        shown.action("runs.filter")->trigger();
        shown.choose("runs.filter.state", 4);
        QVERIFY(gui::waitFor([&] { return shown.model().rowCount() == 2; }));
        QCOMPARE(shown.cell(0, "state").data().toString(), "2 of 3");
        QVERIFY(shown.waitUntilRead());
        QVERIFY(shown.cell(1, "state").data(Qt::ToolTipRole).toString().contains("not to its taste"));
        shown.press(shown.cell(1, "picture"));
        auto* const page = shown.child<QTextBrowser>("runs.detail.page");
        QVERIFY(gui::waitFor([&] { return page->toPlainText().contains("not to its taste"); }));
        QVERIFY(page->toPlainText().contains("Choose another."));
        QVERIFY(page->toPlainText().contains("goes wrong: error"));
        const QSignalSpy changed(&live.session.supervisor, &SupervisorLink::itemChanged);
        QTest::mouseClick(shown.child<QPushButton>("runs.detail.retry"), Qt::LeftButton);
        QVERIFY(gui::waitFor([&] { return changed.count() >= 1 && !live.session.supervisor.progress(); },
                             longMs));
        QVERIFY(gui::waitFor(
            [&] { return counts()[State::Failed] == 1 && shown.action("runs.retry")->isEnabled(); }, longMs));
        const auto before = changed.count();
        shown.action("runs.retry")->trigger();
        QVERIFY(gui::waitFor([&] { return changed.count() > before; }, longMs));
    }

    void notesAreKept() {
        gui::LiveStudy live(gui::slowStudy(1, 1));
        gui::ShownPanel shown(live.session, QSize(1000, 500));
        shown.action("runs.details")->trigger();
        QVERIFY(live.submit());
        QVERIFY(
            gui::waitFor([&] { return shown.model().snapshot().index.counts[State::Done] == 10; }, longMs));
        live.session.selection.setItem(3);
        auto* const notes = shown.child<QPlainTextEdit>("runs.detail.notes");
        QVERIFY(gui::waitFor([&] { return notes->isVisible(); }));
        notes->setFocus();
        QTest::keyClicks(notes, "sharp");
        QTest::keyClick(notes, Qt::Key_Tab);
        const auto isKept = [&] {
            const store::Library library(live.library().toStdString(), store::Access::Read);
            return store::item(library, 3).notes == "sharp";
        };
        QVERIFY(gui::waitFor(isKept));
    }

    void itKeepsItsPlaceWhileNumbersArrive() {
        gui::LiveStudy live(gui::slowStudy(8, 60));
        gui::ShownPanel shown(live.session);
        const QAbstractItemModelTester tester(&shown.model());
        shown.choose("runs.latest", 1);
        QVERIFY(live.submit());
        QVERIFY(gui::waitFor([&] { return shown.model().rowCount() == 82; }, longMs));
        // Ordered by when they ended, rows move with every item that ends.
        const int column = shown.column("state");
        QTest::mouseClick(shown.table().horizontalHeader()->viewport(), Qt::LeftButton, {},
                          QPoint(shown.table().horizontalHeader()->sectionViewportPosition(column) + 20, 10));
        QVERIFY(gui::waitFor([&] {
            return shown.model().choice().order.column == store::ItemOrder::State &&
                   shown.model().rowCount() == 82;
        }));
        shown.table().verticalScrollBar()->setValue(20 * 24 + 7);
        shown.press(shown.model().index(25, column));
        const qint64 item = shown.table().currentIndex().data(ItemRole).toLongLong();
        QVERIFY(item > 0);
        const int y = shown.table().visualRect(shown.table().currentIndex()).y();
        int changes = 0;
        QObject receiver;
        QObject::connect(&shown.model(), &RunsModel::refreshed, &receiver, [&changes] { ++changes; });
        QElapsedTimer since;
        since.start();
        QVERIFY(gui::waitFor([&] { return changes >= 6; }, longMs));
        QVERIFY2(since.elapsed() >= 1'000, "at most four times a second");
        QCOMPARE(shown.table().currentIndex().data(ItemRole).toLongLong(), item);
        QCOMPARE(*live.session.selection.item(), item);
        QCOMPARE(shown.table().visualRect(shown.table().currentIndex()).y(), y);
        QVERIFY(shown.table().selectionModel()->isRowSelected(shown.table().currentIndex().row(), {}));
    }

    void whatNobodyRunsCanGoOn() {
        gui::LiveStudy live(gui::slowStudy(4, 200));
        QVERIFY(live.submit());
        gui::ShownPanel shown(live.session);
        QVERIFY(gui::waitFor([&] { return shown.model().snapshot().index.counts[State::Done] > 0; }, longMs));
        QVERIFY(e2e::sendSignal(live.session.supervisor.process(), 9));
        auto* const goOn = shown.child<QPushButton>("runs.goOn");
        QVERIFY(gui::waitFor([&] { return goOn->isVisible(); }));
        const QSignalSpy asked(&shown.panel, &RunsPanel::goOnAsked);
        QTest::mouseClick(goOn, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QVERIFY(gui::waitFor([&] {
            const store::StateCounts counts = shown.model().snapshot().index.counts;
            return counts[State::Running] == 0 && counts[State::Done] < 40;
        }));
    }
};

RATESCOPE_GUI_TEST_MAIN(RunsLiveTest)
#include "runs_live_test.moc"
