// A library of 200,000 items: what the panel holds the window's thread up for while it is scrolled from top to bottom,
// opened, ordered and filtered.

#include "core/store/connection.h"
#include "tests/gui/runs/shown_panel.h"
#include "tests/gui/watchdog.h"

#include <QElapsedTimer>
#include <QHeaderView>
#include <QScrollBar>
#include <cstdio>

using namespace ratescope;
using namespace ratescope::store;
using namespace ratescope::views;

namespace {

constexpr int seriesCount = 20, qualities = 100, assets = 100, itemCount = seriesCount * qualities * assets;
constexpr double p99GoalMs = 16, maxGoalMs = 50;

std::vector<PlannedItem> manyItems() {
    const graph::Metric psnr{.id = "psnr-rgb", .title = "PSNR, RGB", .unit = "dB"};
    std::vector<PlannedItem> items;
    items.reserve(itemCount);
    for (int series = 0; series < seriesCount; ++series)
        for (std::int64_t quality = 0; quality < qualities; ++quality)
            for (int asset = 0; asset < assets; ++asset) {
                PlannedItem item;
                item.branch = item.branchTitle = series % 2 ? "jpeg" : "webp";
                item.series = item.seriesTitle = item.branch + "/level=" + std::to_string(series);
                item.asset = "photograph-" + std::to_string(100'000 + asset) + ".png";
                item.values = {{item.branch + ".quality", quality}};
                item.key = sha256(item.series + std::to_string(quality) + item.asset);
                item.streams = {sha256(item.key.hex())};
                item.measurements = {{"psnr", sha256("psnr" + item.key.hex()), {psnr}}};
                items.push_back(std::move(item));
            }
    return items;
}

/// Finishes nine of ten rows as commits do, without their bitstreams.
void finish(Library& library, StudyId study) {
    Database& database = *library.connection().database;
    Transaction transaction(database, Transaction::Kind::Write);
    database.run("INSERT INTO count_set VALUES (1, '{\"pixels\":393216}')");
    database.run("INSERT INTO count_entry VALUES (1, 'pixels', 393216)");
    database.run("INSERT INTO measure_count SELECT id, 'pixels' FROM measure");
    database.run(
        "UPDATE item SET state = 2, bytes = 1000 + id * 7919 % 100003, bits = 8 * (1000 + id * 7919 % "
        "100003), searched_bits = 0, encode_seconds = (id * 104729 % 9973) / 1e5, decode_seconds = "
        "(id % 997) / 1e5, started = 1700000000000 + id, ended = 1700000000100 + id WHERE study = ? AND "
        "id % 10 <> 0",
        study);
    database.run(
        "INSERT INTO score SELECT id, 'psnr-rgb', (1 + item * 7 % 1000) / 1e6, 1, "
        "-10 * log10((1 + item * 7 % 1000) / 1e6) FROM measurement WHERE study = ? AND item % 10 <> 0",
        study);
    database.run(
        "UPDATE measurement SET state = 2, counts = 1, seconds = 0.01 WHERE study = ? AND item % 10 <> 0",
        study);
    // What stands as stale would be summed when the library closes.
    database.run("DELETE FROM stale");
    transaction.commit();
}

}  // namespace

class RunsScrollTest : public QObject {
    Q_OBJECT
  private slots:
    void aLargeLibraryHoldsNothingUp() {
        const e2e::Place place;
        const QString file = place.path("large.rslib");
        {
            Library library(file.toStdString(), Access::Write);
            StudyRecord record;
            record.documentId = record.name = record.title = "large";
            record.document = "{}";
            const StudyId study = library.saveStudy(record);
            library.reconcile(study, manyItems());
            finish(library, study);
        }
        Session session(gui::catalogue());
        gui::ShownPanel shown(session);
        auto& application = dynamic_cast<gui::WatchedApplication&>(*qApp);
        application.start();
        session.results.open(file, "large");
        RunsModel& model = shown.model();
        QVERIFY(gui::waitFor([&] { return model.rowCount() > 2; }, 60'000));
        shown.choose("runs.grouping", 2);
        QVERIFY(gui::waitFor([&] { return model.rowCount() == itemCount; }, 60'000));
        report("open, ungroup", application.stop());

        application.start();
        scroll(shown);
        report("scroll from top to bottom", application.stop());

        application.start();
        shown.choose("runs.grouping", 0);
        shown.choose("runs.latest", 1);
        QVERIFY(gui::waitFor([&] { return model.rowCount() == itemCount + 2; }, 60'000));
        shown.table().setFocus();
        shown.table().setCurrentIndex(model.index(0, 0));
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(&shown.table(), i % 2 ? Qt::Key_Right : Qt::Key_Left, {}, 20);
        QTest::mouseClick(
            shown.table().horizontalHeader()->viewport(), Qt::LeftButton, {},
            QPoint(shown.table().horizontalHeader()->sectionViewportPosition(shown.column("psnr-rgb")) + 10,
                   10));
        QVERIFY(gui::waitFor([&] { return shown.waitUntilRead(); }, 60'000));
        QTest::qWait(1500);
        session.selection.setItem(itemCount / 2);
        QTest::qWait(500);
        report("open and close groups, order, select elsewhere", application.stop());
    }

  private:
    void scroll(const gui::ShownPanel& shown) {
        QScrollBar& bar = *shown.table().verticalScrollBar();
        constexpr int steps = 400;
        for (int step = 0; step <= steps; ++step) {
            bar.setValue(static_cast<int>(std::int64_t{bar.maximum()} * step / steps));
            QTest::qWait(4);
        }
        QElapsedTimer since;
        since.start();
        QVERIFY(shown.waitUntilRead());
        const QModelIndex last = shown.model().index(itemCount - 1, 0);
        QVERIFY(shown.table().viewport()->rect().intersects(shown.table().visualRect(last)));
        std::printf("rows at the end are read after %lld ms\n", static_cast<long long>(since.elapsed()));
    }

    void report(const char* what, const gui::Blocks& blocks) {
        std::printf("%s: %s\n", what, qPrintable(blocks.text()));
        std::fflush(stdout);
        QVERIFY2(blocks.p99 <= p99GoalMs && blocks.max <= maxGoalMs, what);
    }
};

RATESCOPE_GUI_TEST_MAIN(RunsScrollTest)
#include "runs_scroll_test.moc"
