// Pictures of the panel in its states, for the eye.

#include "tests/gui/runs/run_studies.h"
#include "tests/gui/runs/shown_panel.h"
#include "views/runs/runs_comparison.h"

using namespace ratescope;
using namespace ratescope::views;

namespace {

using Shown = gui::ShownPanel;

}  // namespace

class RunsShots : public QObject {
    Q_OBJECT
  private slots:
    void grouped() {
        const gui::RanStudy study(gui::threeCodecs());
        Session session(gui::catalogue());
        gui::open(session, study.document(), study.library());
        Shown shown(session);
        QVERIFY(shown.waitUntilRead());
        RunsModel& model = shown.model();
        model.setOpen(2, true);
        model.setOpen(1, true);
        QVERIFY(shown.waitUntilRead());
        gui::shoot(shown.panel, "runs-grouped");
        shown.action("runs.filter")->setChecked(true);
        shown.action("runs.details")->setChecked(true);
        session.selection.setItem(model.index(3, 0).data(ItemRole).toLongLong());
        QTest::qWait(400);
        gui::shoot(shown.panel, "runs-detail");
        RunsComparison comparison(session, {1, 6});
        comparison.show();
        QTest::qWait(400);
        gui::shoot(comparison, "runs-comparison");
    }

    void init() {
        Settings settings;
        for (const char* key : {"runs.columns", "runs.splitter", "runs.view"})
            settings.setViewState(key, {});
    }

    void running() {
        gui::LiveStudy live(gui::slowStudy(4, 120));
        Shown shown(live.session);
        gui::shoot(shown.panel, "runs-empty");
        QVERIFY(live.submit());
        QVERIFY(gui::waitFor(
            [&] {
                return live.session.supervisor.progress() && live.session.supervisor.progress()->done >= 24;
            },
            30'000));
        QTest::qWait(600);
        gui::shoot(shown.panel, "runs-running");
    }

    void failed() {
        gui::LiveStudy live(gui::slowStudy(3, 1, true));
        Shown shown(live.session);
        QVERIFY(live.submit());
        RunsModel& model = shown.model();
        QVERIFY(gui::waitFor(
            [&] {
                return model.snapshot().index.counts[store::State::Failed] == 1 &&
                       !live.session.supervisor.progress();
            },
            30'000));
        shown.action("runs.details")->setChecked(true);
        QTest::qWait(600);
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, 1).data().toString() == "failed")
                live.session.selection.setItem(model.index(row, 0).data(ItemRole).toLongLong());
        QTest::qWait(400);
        gui::shoot(shown.panel, "runs-failed");
    }
};

RATESCOPE_GUI_TEST_MAIN(RunsShots)
#include "runs_shots_test.moc"
