// Pictures of the panel in its states, for the eye.

#include "tests/gui/runs/run_studies.h"
#include "views/runs/runs_comparison.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_panel.h"
#include "views/runs/runs_table.h"

#include <QComboBox>

using namespace ratescope;
using namespace ratescope::views;

namespace {

constexpr QSize target{776, 304};

struct Shown {
    explicit Shown(Session& session) : panel(session) {
        panel.resize(target);
        panel.show();
    }
    RunsTable& table() const { return *panel.findChild<RunsTable*>("runs.table"); }
    QAction* action(const QString& name) const {
        for (QAction* each : panel.actions())
            if (each->objectName() == name) return each;
        return nullptr;
    }
    /// Waits until rows are there and all that can be seen of them is read.
    bool isRead() const {
        return gui::waitFor([this] {
            const QAbstractItemModel& model = *table().model();
            for (int row = 0; row < std::min(12, model.rowCount()); ++row)
                if (!model.index(row, 0).data(ReadRole).toBool()) return false;
            return model.rowCount() > 0;
        });
    }

    RunsPanel panel;
};

}  // namespace

class RunsShots : public QObject {
    Q_OBJECT
  private slots:
    void grouped() {
        const gui::RanStudy study(gui::threeCodecs());
        Session session(gui::catalogue());
        gui::open(session, study.document(), study.library());
        Shown shown(session);
        QVERIFY(shown.isRead());
        auto& model = dynamic_cast<RunsModel&>(*shown.table().model());
        model.setOpen(2, true);
        model.setOpen(1, true);
        QVERIFY(shown.isRead());
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
        auto& model = dynamic_cast<RunsModel&>(*shown.table().model());
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
#include "shots_test.moc"
