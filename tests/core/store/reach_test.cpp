// Items that are to reach something, scores of probes, and attributes of assets, as the library keeps them.

#include "core/store/attributes.h"
#include "core/store/connection.h"
#include "core/store/export.h"
#include "core/store/query.h"
#include "core/store/study_curves.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/sample_study.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace ratescope;
using namespace ratescope::store;

namespace {

/// Two assets, two targets.
std::vector<PlannedItem> reachItems() {
    std::vector<PlannedItem> items = sampleItems({{"jpeg"}, {1, 2}, 2, {"psnr"}});
    for (PlannedItem& item : items) {
        const double target = double(std::get<std::int64_t>(item.values[0].second)) / 2;
        item.values = {{"target:bpp", target}};
        item.isReach = true;
        item.streams.clear();
    }
    return items;
}

Hash candidateOf(const PlannedItem& item) {
    return sha256("candidate " + item.key.hex());
}
Hash encodeOf(const PlannedItem& item) {
    return sha256("encode " + item.key.hex());
}
Hash scoreOf(const PlannedItem& item) {
    return sha256("score " + item.key.hex());
}

ReachOutcome outcomeFor(const PlannedItem& item, const ReconciledItem& row, std::int64_t quality) {
    ReachOutcome outcome;
    outcome.item = row.id;
    outcome.record = {"jpeg.quality", quality, 0.501, 5, true, true, candidateOf(item)};
    outcome.streams = {encodeOf(item)};
    outcome.probed = {encodeOf(item), sha256("probe " + item.key.hex())};
    outcome.scores = {{row.measurements[0].id, scoreOf(item)}};
    return outcome;
}

/// A study whose items have all found 40, 41, … and are finished.
struct Finished {
    std::vector<PlannedItem> items = reachItems();
    StudyId study = 0;
    Reconciliation rows;

    explicit Finished(Library& library) {
        library.setEnvironment(sampleEnvironment());
        study = library.saveStudy(sampleStudy());
        rows = library.reconcile(study, items);
        for (std::size_t i = 0; i < items.size(); ++i) {
            library.setReached(outcomeFor(items[i], rows.items[i], 40 + std::int64_t(i)));
            PlannedItem made = items[i];
            made.streams = {encodeOf(items[i])};
            Batch batch = outcomeOf(library, made, rows.items[i]);
            batch.streams.push_back(sampleStream(library, sha256("probe " + items[i].key.hex()), 300));
            library.commit(batch);
        }
    }
};

/// Rows of an ordinary sweep that ask for what reach items have come to.
std::vector<PlannedItem> ordinary(const std::vector<PlannedItem>& reached) {
    std::vector<PlannedItem> items = reached;
    for (std::size_t i = 0; i < items.size(); ++i) {
        PlannedItem& item = items[i];
        item.isReach = false;
        item.values = {{"jpeg.quality", 40 + std::int64_t(i)}};
        item.key = candidateOf(reached[i]);
        item.streams = {encodeOf(reached[i])};
        item.measurements[0].key = scoreOf(reached[i]);
    }
    return items;
}

}  // namespace

class ReachStoreTest : public QObject {
    Q_OBJECT

  private slots:
    void whatWasFoundIsKept() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        const ReachRecord record = item(library, finished.rows.items[1].id).reached.value();
        QCOMPARE(record.parameter, std::string("jpeg.quality"));
        QVERIFY(record.value == graph::ParameterValue(std::int64_t{41}));
        QVERIFY(record.quantity == 0.501 && record.runs == 5 && record.within && record.monotone);
        QCOMPARE(record.candidate.hex(), candidateOf(finished.items[1]).hex());
        QCOMPARE(streamsOf(library, finished.rows.items[1].id).size(), 1u);
        // And comes back with the rows.
        const Reconciliation again = library.reconcile(finished.study, finished.items);
        QCOMPARE(again.itemsReused, 4);
        QVERIFY(again.items[1].state == State::Done && again.items[1].reached == record);
    }

    void realsStayReal() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const auto items = reachItems();
        const Reconciliation rows = library.reconcile(library.saveStudy(sampleStudy()), items);
        ReachOutcome outcome = outcomeFor(items[0], rows.items[0], 0);
        outcome.record.value = 2.0;
        outcome.record.within = outcome.record.monotone = false;
        library.setReached(outcome);
        QVERIFY(item(library, rows.items[0].id).reached == outcome.record);
    }

    void viewsAndExportsHaveIt() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        Database& database = *library.connection().database;
        Statement rows = database.query(
            "SELECT reached_parameter, reached_value, reached, reach_runs, reach_within, reach_monotone, "
            "swept "
            "FROM v_items ORDER BY position");
        QVERIFY(rows.next() && rows.next());
        QCOMPARE(rows.text(0), std::string("jpeg.quality"));
        QCOMPARE(rows.integer(1), 41);
        QCOMPARE(rows.real(2), 0.501);
        QVERIFY(rows.integer(3) == 5 && rows.integer(4) == 1 && rows.integer(5) == 1);
        QCOMPARE(rows.text(6), std::string("{\"target:bpp\":0.5}"));
        QCOMPARE(database.integer("SELECT sum(reached_value) FROM v_points"), 40 + 41 + 42 + 43);
        QVERIFY(csvOfView(library, View::Items, {}).find(",jpeg.quality,41,0.501,5,1,1,") !=
                std::string::npos);
    }

    void curvesShowWhatWasReached() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        const auto curves = studyCurves(library, library.study(""), "psnr-rgb", "bpp");
        QCOMPARE(curves.size(), 1u);
        QCOMPARE(curves[0].reaches, std::string("jpeg.quality"));
        QCOMPARE(curves[0].points.size(), 2u);
        double sum = 0;
        for (const curves::Point& point : curves[0].points) {
            QCOMPARE(point.values[0].first, std::string("target:bpp"));
            QCOMPARE(point.n, 2u);
            sum += point.reached->mean;
        }
        QCOMPARE(sum, 40.5 + 42.5);
        // It can stand on an axis, also in kept curves.
        for (const auto& byParameter : {studyCurves(library, library.study(""), "psnr-rgb", "jpeg.quality"),
                                        meanCurves(library, finished.study, "psnr-rgb", "jpeg.quality")}) {
            QCOMPARE(byParameter[0].points.size(), 2u);
            QCOMPARE(byParameter[0].points[0].x, 40.5);
        }
        QCOMPARE(meanCurves(library, finished.study, "psnr-rgb", "target:bpp")[0].points[1].x, 1.0);
        QCOMPARE(meanCurves(library, finished.study, "psnr-rgb", "bpp")[0].points.size(), 2u);
        const std::string message =
            messageOf([&] { studyCurves(library, library.study(""), "psnr-rgb", "x"); }, ErrorKind::Usage)
                .toStdString();
        QVERIFY(message.find("jpeg.quality, target:bpp") != std::string::npos);
    }

    void ordinaryRowsTakeOverWhatWasFound() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        const StudyId other = library.saveStudy(sampleStudy("f123456789abcdef0123456789abcdef"));
        const auto items = ordinary(finished.items);
        const Reconciliation preview = library.preview("f123456789abcdef0123456789abcdef", items);
        QCOMPARE(preview.itemsReused, 4);
        QCOMPARE(preview.measurementsReused, 4);
        const Reconciliation rows = library.reconcile(other, items);
        for (std::size_t i = 0; i < items.size(); ++i) {
            QVERIFY(rows.items[i].state == State::Done && rows.items[i].measurements[0].state == State::Done);
            QVERIFY(!rows.items[i].reached);
            QCOMPARE(*item(library, rows.items[i].id).bits, *item(library, finished.rows.items[i].id).bits);
        }
    }

    void reachItemsOfAnotherStudyTakeOverAll() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        const StudyId other = library.saveStudy(sampleStudy("f123456789abcdef0123456789abcdef"));
        const Reconciliation rows = library.reconcile(other, finished.items);
        QCOMPARE(rows.itemsNew, 0);
        QVERIFY(rows.items[2].state == State::Done && rows.items[2].reached.has_value());
        QCOMPARE(streamsOf(library, rows.items[2].id).size(), 1u);
        library.deleteStudy(finished.study);
        QVERIFY(item(library, rows.items[2].id).reached.has_value());
        QCOMPARE(streamsOf(library, rows.items[2].id).size(), 1u);
        library.deleteStudy(other);
        QCOMPARE(library.usage().artefactCount, 0);
    }

    void foundRowsTakeOverFinishedOnes() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        library.setEnvironment(sampleEnvironment());
        const auto reach = reachItems();
        const auto items = ordinary(reach);
        finishedStudy(library, items, sampleStudy("f123456789abcdef0123456789abcdef"));
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, reach);
        QVERIFY(rows.items[0].state == State::Pending);
        const ReconciledItem found = library.setReached(outcomeFor(reach[0], rows.items[0], 40));
        QVERIFY(found.state == State::Done && found.measurements[0].state == State::Done);
        QCOMPARE(measurementsOf(library, rows.items[0].id)[0].scores.size(), 1u);
        QCOMPARE(library.itemCounts(study)[State::Done], 1);
    }

    void scoresOfProbesAreKeptAside() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        library.setEnvironment(sampleEnvironment());
        const auto items = reachItems();
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        const Hash task = sha256("a probe's score");
        QVERIFY(!library.findScore(task));
        MeasurementOutcome outcome;
        outcome.scores = {{"psnr-rgb", 0.001, 1}};
        outcome.counts = {{"pixels", 100}};
        outcome.samples = "image\r\nx\r\n";
        Batch batch;
        batch.probes = {{rows.items[0].measurements[0].id, task, outcome},
                        {987654, sha256("of nothing"), outcome}};
        QVERIFY(!batch.empty());
        library.commit(batch);
        const KnownScore known = library.findScore(task).value();
        QCOMPARE(known.scores[0].s0, 0.001);
        QCOMPARE(known.counts.at("pixels"), std::uint64_t{100});
        QVERIFY(!library.findScore(sha256("of nothing")));
        QCOMPARE(library.measurementCounts(study)[State::Done], 0);
        QCOMPARE(library.measurementCounts(study)[State::Pending], 4);
        QCOMPARE(library.reconcile(study, items).measurementsOrphaned, 0);
        // A row that asks for the task has it at once, with its samples.
        ReachOutcome reached = outcomeFor(items[0], rows.items[0], 40);
        reached.scores[0].second = task;
        const ReconciledItem found = library.setReached(reached);
        QVERIFY(found.state == State::Pending && found.measurements[0].state == State::Done);
        QVERIFY(measurementsOf(library, rows.items[0].id)[0].samples.has_value());
    }

    void garbageIsProbesToo() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        constexpr std::int64_t samples = 2;
        QCOMPARE(library.usage().artefactCount, 8 + samples);
        QVERIFY(library.usage().orphaned >= 4 * 300);
        library.collectGarbage(false);
        QCOMPARE(library.usage().artefactCount, 8 + samples);
        library.collectGarbage(true);
        QCOMPARE(library.usage().artefactCount, 4 + samples);
        QVERIFY(item(library, finished.rows.items[0].id).reached.has_value());
    }

    void estimatesCountTheRuns() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const Finished finished(library);
        QCOMPARE(library.experience(sampleStudy().documentId, "jpeg")->runs, 5.0);
    }

    // --- attributes ----------------------------------------------------------------------------------------

    void attributesStandBesideItems() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const auto items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        const std::vector<AssetAttributes> attributes = {
            {"jpeg", "kodim100.png", {{"scene", std::string("wood")}, {"year", std::int64_t{1999}}}},
            {"jpeg", "kodim101.png", {{"scene", std::string("city")}}},
            {"no-branch", "kodim101.png", {{"scene", std::string("sea")}}}};
        library.reconcile(study, items, attributes);
        const auto scenes = attributeOfAssets(library, study, "scene");
        QCOMPARE(scenes.size(), 2u);
        QCOMPARE(scenes.at("kodim101.png"), std::string("city"));
        QVERIFY(messageOf([&] { attributeOfAssets(library, study, "split"); }, ErrorKind::Usage)
                    .contains("Columns are scene, year."));
        Database& database = *library.connection().database;
        QCOMPARE(
            database.integer("SELECT count(*) FROM v_items WHERE json_extract(attributes, '$.year') = 1999"),
            6);
        QCOMPARE(database.integer("SELECT count(*) FROM v_points WHERE attributes IS NULL"), 12);
        // A table that is no longer joined says nothing any more.
        library.reconcile(study, items);
        QVERIFY(messageOf([&] { attributeOfAssets(library, study, "scene"); }, ErrorKind::Usage)
                    .contains("Join a table"));
        QCOMPARE(database.integer("SELECT count(*) FROM asset_attribute"), 0);
        library.reconcile(study, items, attributes);
        library.deleteStudy(study);
        QCOMPARE(database.integer("SELECT count(*) FROM asset_attribute"), 0);
    }

    void branchesThatDifferInAnAssetAreRefused() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        auto items = sampleItems({{"jpeg/a"}, {10}, 1, {"psnr"}});
        items.push_back(items[0]);
        items[1].branch = items[1].series = "webp";
        const StudyId study = library.saveStudy(sampleStudy());
        library.reconcile(study, items,
                          {{"jpeg", "kodim100.png", {{"scene", std::string("wood")}}},
                           {"webp", "kodim100.png", {{"scene", std::string("city")}}}});
        QVERIFY(messageOf([&] { attributeOfAssets(library, study, "scene"); }, ErrorKind::Input)
                    .contains("kodim100.png has two values of scene: wood and city."));
    }

    void curvesAreFilteredAndGrouped() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const auto items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        library.reconcile(
            study, items,
            {{"jpeg", "kodim100.png", {{"scene", std::string("wood")}, {"n", std::int64_t{10}}}},
             {"jpeg", "kodim101.png", {{"scene", std::string("wood")}, {"n", std::int64_t{9}}}},
             {"jpeg", "kodim102.png", {{"scene", std::string("city")}, {"n", std::int64_t{9}}}}});
        const StudyRecord record = library.study("");
        const auto all = studyCurves(library, record, "psnr-rgb", "bpp");
        const auto wood = studyCurves(library, record, "psnr-rgb", "bpp", {{"scene", "wood"}});
        QCOMPARE(wood.size(), 2u);
        for (const curves::Point& point : wood[0].points) {
            QCOMPARE(point.n, 2u);
            QCOMPARE(point.expected, 2u);
            QVERIFY(!point.incomplete());
        }
        QCOMPARE(
            studyCurves(library, record, "psnr-rgb", "bpp", {{"scene", "wood"}, {"n", "9"}})[0].items.size(),
            1u);
        QVERIFY(messageOf(
                    [&] {
                        studyCurves(library, record, "psnr-rgb", "bpp", {{"scene", "sea"}});
                    },
                    ErrorKind::Usage)
                    .contains("Values are city, wood."));
        QVERIFY(messageOf(
                    [&] {
                        studyCurves(library, record, "psnr-rgb", "bpp", {{"scene", "city"}, {"n", "10"}});
                    },
                    ErrorKind::Input)
                    .contains("no finished item"));
        const auto grouped = groupedCurves(library, record, all, "n");
        QCOMPARE(grouped.size(), 6u);
        QVERIFY(grouped[0].group.empty() && grouped[1].group == "9" && grouped[2].group == "10");
        QCOMPARE(grouped[1].points[0].expected, 2u);
        QVERIFY(QString::fromStdString(grouped[1].title).endsWith(" · n=9"));
    }
};

QTEST_GUILESS_MAIN(ReachStoreTest)
#include "reach_test.moc"
