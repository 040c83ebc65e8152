// Curves of many points of few items: what is kept of them in blocks, through all that may become of a study.

#include "core/store/connection.h"
#include "tests/core/error_check.h"
#include "tests/core/store/curve_check.h"
#include "tests/core/store/sample_study.h"

#include <QtTest>
#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace ratescope;
using namespace ratescope::store;

namespace {

/// Two series of points with one asset each, over several blocks; the points of both take turns.
std::vector<PlannedItem> manyPoints(int qualities, int first = 1) {
    SampleShape shape;
    shape.assets = 1;
    shape.qualities.resize(static_cast<std::size_t>(qualities));
    std::iota(shape.qualities.begin(), shape.qualities.end(), first);
    std::vector<PlannedItem> items = sampleItems(shape), mixed;
    for (std::size_t i = 0; i < items.size() / 2; ++i) {
        mixed.push_back(items[i]);
        mixed.push_back(items[items.size() / 2 + i]);
    }
    return mixed;
}

std::vector<PlannedItem> withMse(std::vector<PlannedItem> items) {
    addMeasure(items, "mse", psnrMetric(graph::Pool::SumThenFinish));
    return items;
}

void compareAll(const Library& library, StudyId study) {
    for (const auto& [y, x] : {std::pair{"psnr-rgb", "bpp"},
                               {"psnr-rgb", "bytes"},
                               {"psnr-rgb", "jpeg.quality"},
                               {"psnr-rgb-of-mean-mse", "time-encode"}})
        compareCurves(meanCurves(library, study, y, x), direct(library, study, y, x));
}

std::size_t pointsOf(const Library& library, StudyId study) {
    std::size_t points = 0;
    for (const curves::Curve& curve : meanCurves(library, study, "psnr-rgb", "bpp"))
        points += curve.points.size();
    return points;
}

}  // namespace

class CurvePointsTest : public QObject {
    Q_OBJECT

  private slots:
    void stayRightWhateverFinishesFirst() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = withMse(manyPoints(150));
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        std::vector<std::size_t> order(items.size());
        std::iota(order.begin(), order.end(), 0u);
        std::mt19937 random(5);
        std::shuffle(order.begin(), order.end(), random);
        Batch batch;
        std::size_t done = 0;
        for (const std::size_t i : order) {
            Batch one = outcomeOf(library, items[i], rows.items[i]);
            if (random() % 9 == 0) one.measurements[0].scores[0].s0 = 0;  // infinite: dropped
            append(batch, one);
            if (random() % 40 != 0) continue;
            done += batch.items.size();
            library.commit(batch);
            batch = {};
            QCOMPARE(pointsOf(library, study), done);
            if (done % 3 == 0) compareAll(library, study);
        }
        library.commit(batch);
        QCOMPARE(pointsOf(library, study), items.size());
        compareAll(library, study);
        // Small points never wait for an idle writer.
        QCOMPARE(library.connection().database->integer("SELECT count(*) FROM stale"), 0);
    }

    void followWhatTheDocumentAsksFor() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, manyPoints(150));
        library.reconcile(study, manyPoints(40, 30));
        QCOMPARE(pointsOf(library, study), 80u);
        compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"),
                      direct(library, study, "psnr-rgb", "bpp"));
        QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
        QCOMPARE(pointsOf(library, study), 80u);
        library.reconcile(study, manyPoints(150));
        QCOMPARE(pointsOf(library, study), 300u);
        // A measure more.
        const std::vector<PlannedItem> items = withMse(manyPoints(150));
        const Reconciliation rows = library.reconcile(study, items);
        Batch batch;
        for (std::size_t i = 0; i < items.size(); i += 2) {
            Batch one = outcomeOf(library, items[i], rows.items[i]);
            batch.measurements.push_back(one.measurements[1]);
        }
        library.commit(batch);
        compareAll(library, study);
        QCOMPARE(meanCurves(library, study, "psnr-rgb-of-mean-mse", "bpp").at(0).points.size(), 150u);
    }

    void leaveNothingBehindWhenTheyAreRemoved() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, manyPoints(150));
        library.reconcile(study, manyPoints(10));
        library.collectGarbage(true);
        // Rows of the table may get the numbers of those that are gone.
        const Reconciliation rows = library.reconcile(study, manyPoints(100));
        QCOMPARE(rows.itemsNew, 180);
        QCOMPARE(pointsOf(library, study), 20u);
        compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"),
                      direct(library, study, "psnr-rgb", "bpp"));

        const StudyId other = finishedStudy(library, manyPoints(20, 500), sampleStudy("other"));
        library.deleteStudy(study);
        QCOMPARE(pointsOf(library, other), 40u);
        library.deleteStudy(other);
        Database& database = *library.connection().database;
        QCOMPARE(database.integer("SELECT count(*) FROM summary"), 0);
        QCOMPARE(database.integer("SELECT count(*) FROM series"), 0);
    }

    void changeWithTheirItems() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = manyPoints(100);
        const StudyId study = finishedStudy(library, items);
        const std::vector<ItemRow> page =
            itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 1000).rows;
        Batch batch;
        for (std::size_t i = 0; i < page.size(); i += 7) {
            ItemOutcome failed;
            failed.item = page[i].id;
            failed.state = State::Failed;
            failed.failure = Failure{ErrorKind::Input, "It failed.", "Mend it.", ""};
            batch.items.push_back(failed);
        }
        library.commit(batch);
        QCOMPARE(pointsOf(library, study), page.size() - batch.items.size());
        compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"),
                      direct(library, study, "psnr-rgb", "bpp"));
        library.retry(study);
        batch = outcomeOf(library, items[7], library.reconcile(study, items).items[7]);
        library.commit(batch);
        QVERIFY(meanCurves(library, study, "psnr-rgb", "bpp").at(1).points.size() > 1);
        compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"),
                      direct(library, study, "psnr-rgb", "bpp"));
    }

    void valuesComeBackAsTheyWere() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = manyPoints(3);
        items[0].values = {{"a", 0.1}, {"b", std::string("x\"y")}, {"c", std::int64_t{-7}}};
        items[2].values = {{"b", true}};
        items[4].values = {};
        const StudyId study = finishedStudy(library, items);
        const curves::Curve curve = meanCurves(library, study, "psnr-rgb", "bpp").at(0);
        compareCurves({curve}, {direct(library, study, "psnr-rgb", "bpp").at(0)});
        std::set<curves::RowValues> values;
        for (const curves::Point& point : curve.points)
            values.insert(point.values);
        QVERIFY((values == std::set<curves::RowValues>{
                               {{"a", "0.1"}, {"b", "x\"y"}, {"c", "-7"}}, {{"b", "true"}}, {}}));
        QCOMPARE(meanCurves(library, study, "psnr-rgb", "c").at(0).points.size(), 1u);
        QCOMPARE(meanCurves(library, study, "psnr-rgb", "c").at(0).points.at(0).x, -7.0);
    }

    void damageIsSaid() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, manyPoints(5));
        Database& database = *library.connection().database;
        const auto curves = [&] { return meanCurves(library, study, "psnr-rgb", "bpp"); };
        std::vector<std::byte> points;
        {
            Statement rows = database.query("SELECT points FROM series ORDER BY id");
            QVERIFY(rows.next());
            points = rows.blob(0);
        }
        for (std::size_t size = 0; size < points.size(); ++size) {
            database.run("UPDATE series SET points = ?", std::span<const std::byte>(points).first(size));
            VERIFY_ERROR(curves(), ErrorKind::Library, "damaged list");
        }
        database.run("UPDATE series SET points = ?", std::span<const std::byte>(points));
        database.run("UPDATE summary SET sums = x'0102'");
        VERIFY_ERROR(curves(), ErrorKind::Library, "damaged sums");
    }
};

QTEST_GUILESS_MAIN(CurvePointsTest)
#include "curve_points_test.moc"
