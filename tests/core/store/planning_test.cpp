#include "core/store/connection.h"
#include "core/store/query.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/sample_study.h"

#include <QtTest>
#include <algorithm>
#include <random>

using namespace ratescope;
using namespace ratescope::store;

namespace {

std::vector<std::int64_t> numbers(const Reconciliation& r) {
    return {r.itemsNew,        r.itemsReused,        r.itemsOrphaned,
            r.measurementsNew, r.measurementsReused, r.measurementsOrphaned};
}

std::vector<std::int64_t> counted(Library& library, const char* table) {
    std::vector<std::int64_t> counts;
    for (int state = 0; state < 6; ++state)
        counts.push_back(library.connection().database->integer(
            std::string("SELECT count(*) FROM ") + table + " WHERE orphaned = 0 AND state = ?", state));
    return counts;
}

std::vector<std::int64_t> kept(const StateCounts& counts) {
    return {counts.of.begin(), counts.of.end()};
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

class PlanningTest : public QObject {
    Q_OBJECT

  private slots:
    void rowsStandInThePlannedOrder() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        QCOMPARE(numbers(rows), (Numbers{24, 0, 0, 24, 0, 0}));
        QCOMPARE(rows.items.size(), items.size());
        for (std::size_t i = 0; i < rows.items.size(); ++i) {
            QCOMPARE(rows.items[i].state, State::Pending);
            QCOMPARE(rows.items[i].id, ItemId(i + 1));
            QCOMPARE(rows.items[i].measurements.at(0).id, MeasurementId(i + 1));
            const ItemRow row = item(library, rows.items[i].id);
            QCOMPARE(row.asset, items[i].asset);
            QCOMPARE(row.series, items[i].series);
            QVERIFY(row.values == items[i].values);
        }
        // Turned round, the same rows in the new order.
        std::vector<PlannedItem> reversed(items.rbegin(), items.rend());
        const Reconciliation again = library.reconcile(study, reversed);
        QCOMPARE(numbers(again), (Numbers{0, 24, 0, 0, 24, 0}));
        const ItemsPage page = itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 100);
        for (std::size_t i = 0; i < page.rows.size(); ++i) {
            QCOMPARE(again.items[i].id, rows.items[23 - i].id);
            QCOMPARE(page.rows[i].id, again.items[i].id);
        }
    }

    void aPreviewSaysWhatReconcileDoes() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::string document = sampleStudy().documentId;
        SampleShape shape;
        const std::vector<PlannedItem> items = sampleItems(shape);
        QCOMPARE(numbers(library.preview(document, items)), (Numbers{24, 0, 0, 24, 0, 0}));
        QCOMPARE(library.preview(document, items).itemsToRun, 24);
        QVERIFY(library.preview(document, items).items.empty());
        const StudyId study = finishedStudy(library, items);
        QCOMPARE(library.preview(document, items).itemsToRun, 0);
        shape.qualities = {50, 70};
        shape.measures = {"psnr", "ssim"};
        const std::vector<PlannedItem> changed = sampleItems(shape);
        const Numbers expected{8, 8, 16, 8 + 16, 8, 16};
        const Library reader(folder.library(), Access::Read);
        QCOMPARE(numbers(reader.preview(document, changed)), expected);
        QCOMPARE(reader.preview(document, changed).itemsToRun, 8);
        QCOMPARE(numbers(library.reconcile(study, changed)), expected);
        QCOMPARE(library.itemCounts().total(), 16);
        QCOMPARE(library.itemCounts()[State::Done], 8);
        QCOMPARE(library.measurementCounts()[State::Done], 8);
        QCOMPARE(itemsPage(library, study, {.state = {}, .series = {}, .asset = {}, .orphaned = true},
                           ItemOrder::Planned, false, {}, 100)
                     .rows.size(),
                 16u);
    }

    void whatStoppedIsToRunAgain() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        const Reconciliation rows = library.reconcile(library.saveStudy(sampleStudy()), items);
        QCOMPARE(rows.itemsToRun, 24);
        library.setState(std::vector{rows.items[0].id, rows.items[1].id}, State::Interrupted);
        library.setState(std::vector{rows.items[2].id}, State::Cancelled);
        library.setState(std::vector{rows.items[3].id}, State::Failed);
        const Reconciliation again = library.preview(sampleStudy().documentId, items);
        QCOMPARE(numbers(again), (Numbers{0, 24, 0, 0, 24, 0}));
        QCOMPARE(again.itemsToRun, 23);
    }

    void whatWasOrphanedIsTakenBack() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.measures = {"psnr", "ssim"};
        const std::vector<PlannedItem> both = sampleItems(shape);
        const StudyId study = finishedStudy(library, both);
        // A measure is removed and added again: no item and no measurement runs.
        Reconciliation rows = library.reconcile(study, sampleItems());
        QCOMPARE(numbers(rows), (Numbers{0, 24, 0, 0, 24, 24}));
        QCOMPARE(library.measurementCounts().total(), 24);
        rows = library.reconcile(study, both);
        QCOMPARE(numbers(rows), (Numbers{0, 24, 0, 0, 48, 0}));
        QCOMPARE(library.measurementCounts()[State::Done], 48);
        for (const ReconciledItem& row : rows.items)
            for (const ReconciledMeasurement& measurement : row.measurements)
                QCOMPARE(measurement.state, State::Done);
        // So are items.
        shape.qualities = {10};
        library.reconcile(study, sampleItems(shape));
        QCOMPARE(library.itemCounts().total(), 8);
        rows = library.reconcile(study, both);
        QCOMPARE(numbers(rows), (Numbers{0, 24, 0, 0, 48, 0}));
        QCOMPARE(library.itemCounts()[State::Done], 24);
        QCOMPARE(meanCurves(library, study, "psnr:psnr-rgb", "bpp")[0].points.size(), 3u);
    }

    void aRenamedMeasureKeepsItsResults() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        for (PlannedItem& item : items)
            item.measurements[0].node = "quality";
        QCOMPARE(numbers(library.reconcile(study, items)), (Numbers{0, 24, 0, 0, 24, 0}));
        QCOMPARE(metricsOf(library, study).at(0).node, std::string("quality"));
        QCOMPARE(meanCurves(library, study, "quality:psnr-rgb", "").size(), 2u);
        // Its title may change too, and how it is finished: kept statistics are finished anew.
        for (PlannedItem& item : items) {
            item.measurements[0].metrics[0].finish = graph::Finish::Ratio;
            item.measurements[0].metrics[0].title = "Error";
        }
        library.reconcile(study, items);
        const MeasurementRow row = measurementsOf(library, 1).at(0);
        QCOMPARE(row.scores.at(0).metric.title, std::string("Error"));
        QCOMPARE(row.scores.at(0).value, row.scores.at(0).s0 / row.scores.at(0).s1);
    }

    void resultsOfEqualKeysAreTakenOver() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        finishedStudy(library, items);
        // A copy of the document asks for the same tasks, its branch under another slug.
        std::vector<PlannedItem> copied = items;
        for (PlannedItem& item : copied) {
            item.branch = "jpeg-2";
            item.series = "jpeg-2" + item.series.substr(4);
        }
        StudyRecord record = sampleStudy("another");
        record.name = "copy";
        const StudyId copy = library.saveStudy(record);
        QCOMPARE(numbers(library.preview("another", copied)), (Numbers{0, 24, 0, 0, 24, 0}));
        const Reconciliation rows = library.reconcile(copy, copied);
        QCOMPARE(numbers(rows), (Numbers{0, 24, 0, 0, 24, 0}));
        QCOMPARE(library.itemCounts(copy)[State::Done], 24);
        const auto original = meanCurves(library, library.study("photographs").id, "psnr-rgb", "bpp");
        const auto taken = meanCurves(library, copy, "psnr-rgb", "bpp");
        QCOMPARE(taken.size(), original.size());
        for (std::size_t i = 0; i < taken.size(); ++i)
            for (std::size_t j = 0; j < taken[i].points.size(); ++j) {
                QCOMPARE(taken[i].points[j].x, original[i].points[j].x);
                QCOMPARE(taken[i].points[j].y, original[i].points[j].y);
            }
    }

    void aSplitSeriesKeepsItsItems() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        // "optimise" no longer makes one curve each; columns come in another order.
        for (PlannedItem& item : items) {
            item.series = "jpeg";
            std::reverse(item.values.begin(), item.values.end());
        }
        QCOMPARE(numbers(library.reconcile(study, items)), (Numbers{0, 24, 0, 0, 24, 0}));
        const auto curves = meanCurves(library, study, "psnr-rgb", "bpp");
        QCOMPARE(curves.size(), 1u);
        QCOMPARE(curves[0].points.size(), 6u);
        QCOMPARE(item(library, 1).values.front().first, std::string("jpeg.optimise"));
    }

    void statesAreCountedThroughRandomChanges() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::mt19937 random(7);
        SampleShape shape;
        shape.assets = 10;
        shape.measures = {"psnr", "ssim"};
        const std::vector<PlannedItem> all = sampleItems(shape);
        const StudyId study = library.saveStudy(sampleStudy());
        const StudyId other = library.saveStudy(sampleStudy("other"));
        Reconciliation rows = library.reconcile(study, all);
        const auto someIds = [&](auto idOf) {
            std::vector<std::int64_t> ids;
            for (const ReconciledItem& row : rows.items)
                if (random() % 4 == 0) ids.push_back(idOf(row));
            return ids;
        };
        for (int step = 0; step < 60; ++step) {
            switch (random() % 8) {
                case 0: {
                    std::vector<PlannedItem> some;
                    for (const PlannedItem& item : all)
                        if (random() % 3) some.push_back(item);
                    rows = library.reconcile(random() % 4 ? study : other, some);
                    break;
                }
                case 1:
                    library.setState(someIds([](const auto& row) { return row.id; }),
                                     static_cast<State>(random() % 6));
                    break;
                case 2:
                    library.setMeasurementState(
                        someIds([](const auto& row) { return row.measurements.at(1).id; }),
                        static_cast<State>(random() % 6));
                    break;
                case 3: {
                    const std::size_t i = random() % rows.items.size();
                    Batch batch;
                    batch.items.push_back({rows.items[i].id, State::Failed,
                                           Failure{ErrorKind::Input, "It broke.", "Mend it.", "log"}});
                    batch.measurements.push_back({rows.items[i].measurements[0].id, State::Failed,
                                                  Failure{ErrorKind::Plugin, "It broke too.", "", ""}});
                    library.commit(batch);
                    break;
                }
                case 4:
                    library.retry(study);
                    break;
                case 5:
                    library.cancel(study);
                    break;
                case 6:
                    library.resume(random() % 2 ? study : other);
                    break;
                case 7:
                    library.collectGarbage(random() % 3 == 0);
                    rows = library.reconcile(study, all);
                    break;
            }
            QCOMPARE(kept(library.itemCounts()), counted(library, "item"));
            QCOMPARE(kept(library.measurementCounts()), counted(library, "measurement"));
        }
        library.deleteStudy(study);
        QCOMPARE(library.itemCounts(study).total(), 0);
        QCOMPARE(kept(library.itemCounts()), counted(library, "item"));
    }

    void stateChangesByHand() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        const std::array<ItemId, 2> running = {rows.items[0].id, rows.items[1].id};
        library.setState(running, State::Running);
        Batch batch = outcomeOf(library, items[2], rows.items[2]);
        batch.items.push_back(
            {rows.items[3].id, State::Failed,
             Failure{ErrorKind::Resource, "It was killed.", "Give it memory.", "last lines"}});
        batch.measurements[0].state = State::Failed;
        batch.measurements[0].failure = Failure{ErrorKind::Input, "Sizes differ.", "Look at both.", ""};
        library.commit(batch);
        const std::vector<FailureRow> failures = library.failures(study, 10);
        QCOMPARE(failures.size(), 2u);
        QCOMPARE(failures[0].node, std::string());
        QCOMPARE(failures[0].asset, items[3].asset);
        QCOMPARE(failures[0].failure.what, std::string("It was killed."));
        QCOMPARE(failures[0].failure.log, std::string("last lines"));
        QCOMPARE(failures[0].failure.kind, ErrorKind::Resource);
        QCOMPARE(failures[1].node, std::string("psnr"));
        QCOMPARE(failures[1].failure.remedy, std::string("Look at both."));
        QCOMPARE(library.failures({}, 1).size(), 1u);
        // The item of a failed measurement stays done.
        QCOMPARE(item(library, rows.items[2].id).state, State::Done);

        QCOMPARE(library.cancel(study), 22);
        QCOMPARE(library.itemCounts()[State::Cancelled], 22);
        QCOMPARE(library.resume(study), 22);
        QCOMPARE(library.itemCounts()[State::Pending], 22);
        const std::array<ItemId, 1> one = {rows.items[2].id};
        QCOMPARE(library.retry(study, one), 1);
        QCOMPARE(library.retry(study), 1);
        QCOMPARE(library.retry(study), 0);
        QCOMPARE(library.itemCounts()[State::Pending], 23);
        QCOMPARE(library.failures(study, 10).size(), 0u);
        QCOMPARE(item(library, rows.items[3].id).reason, std::string());
    }

    void deletingAStudyLeavesTheOther() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        const StudyId first = finishedStudy(library, sampleItems(shape));
        shape.qualities = {90, 95};
        StudyRecord record = sampleStudy("other");
        record.name = "other";
        const StudyId second = finishedStudy(library, sampleItems(shape), record);
        library.deleteStudy(first);
        QCOMPARE(library.studies().size(), 1u);
        QCOMPARE(library.itemCounts().total(), 16);
        for (const ItemRow& row : itemsPage(library, second, {}, ItemOrder::Planned, false, {}, 100).rows)
            QCOMPARE(library.artefact(streamsOf(library, row.id).at(0).artefact).size(), *row.bytes);
        Database& database = *library.connection().database;
        QCOMPARE(database.integer("SELECT count(*) FROM stream"), 16);
        QCOMPARE(database.integer("SELECT count(*) FROM score"), 16);
        QCOMPARE(database.integer("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        QVERIFY(messageOf([&] { library.deleteStudy(first); }, ErrorKind::Usage).contains("no study"));
    }

    void garbageIsWhatNothingNames() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        const StudyId study = finishedStudy(library, sampleItems(shape));
        shape.qualities = {10};
        library.reconcile(study, sampleItems(shape));
        QVERIFY(library.usage().orphaned > 0);
        const std::int64_t artefacts = library.usage().artefactCount;
        std::filesystem::create_directory(library.cacheFolder() / "sub");
        QVERIFY(!std::filesystem::exists(library.cacheFolder() / "value.image"));
        library.materialise(streamsOf(library, 1).at(0).artefact);
        QVERIFY(library.usage().cache > 0);
        QVERIFY(library.collectGarbage(false) > 0);
        QCOMPARE(library.usage().cache, 0u);
        QCOMPARE(library.usage().artefactCount, artefacts);
        library.collectGarbage(true);
        QCOMPARE(library.usage().orphaned, 0u);
        QVERIFY(library.usage().artefactCount < artefacts);
        QCOMPARE(library.connection().database->integer("SELECT count(*) FROM item"), 8);
        QCOMPARE(library.connection().database->integer("SELECT count(*) FROM stream"), 8);
        QCOMPARE(seriesOf(library, study).size(), 2u);
    }

    void experienceComesFromFinishedItems() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::string document = sampleStudy().documentId;
        QVERIFY(!library.experience(document, "jpeg"));
        const StudyId study = finishedStudy(library, sampleItems());
        const auto experience = library.experience(document, "jpeg");
        QVERIFY(experience);
        QCOMPARE(experience->n, 24);
        QCOMPARE(experience->peakMemory, std::uint64_t(5 << 20));
        double bytes = 0;
        for (const ItemRow& row : itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 100).rows)
            bytes += double(*row.bytes);
        QCOMPARE(experience->bytes, bytes / 24);
        QVERIFY(!library.experience(document, "other"));
    }
};

QTEST_GUILESS_MAIN(PlanningTest)
#include "planning_test.moc"
