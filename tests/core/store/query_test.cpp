#include "core/store/query.h"

#include "core/store/connection.h"
#include "core/store/export.h"
#include "core/store/imported.h"
#include "core/store/summary.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/curve_check.h"
#include "tests/core/store/sample_study.h"

#include <QtTest>
#include <algorithm>
#include <random>
#include <set>

using namespace ratescope;
using namespace ratescope::store;

namespace {

using KeyOf = std::variant<std::int64_t, double, std::string>;

/// The value that orders a row, nothing if it has none.
std::optional<KeyOf> orderValue(const ItemRow& row, ItemOrder order, const std::vector<std::string>& series) {
    switch (order) {
        case ItemOrder::Planned:
            return std::int64_t(row.id);
        case ItemOrder::State:
            return std::int64_t(row.state);
        case ItemOrder::Series:
            return std::int64_t(std::find(series.begin(), series.end(), row.series) - series.begin());
        case ItemOrder::Asset:
            return row.asset;
        case ItemOrder::Seed:
            return std::int64_t(row.seed);
        case ItemOrder::Bytes:
            return row.bytes ? std::optional<KeyOf>(std::int64_t(*row.bytes)) : std::nullopt;
        case ItemOrder::EncodeSeconds:
            return row.encodeSeconds ? std::optional<KeyOf>(*row.encodeSeconds) : std::nullopt;
        case ItemOrder::Ended:
            return row.ended ? std::optional<KeyOf>(*row.ended) : std::nullopt;
    }
    return std::nullopt;
}

std::vector<ItemRow> allPages(const Library& library, StudyId study, const ItemFilter& filter,
                              ItemOrder order, bool descending, std::size_t limit) {
    std::vector<ItemRow> rows;
    std::optional<PageKey> after;
    do {
        ItemsPage page = itemsPage(library, study, filter, order, descending, after, limit);
        rows.insert(rows.end(), page.rows.begin(), page.rows.end());
        after = page.next;
    } while (after);
    return rows;
}

/// The kept sums of a library as text.
std::string contents(Library& library) {
    std::string text;
    Statement rows = library.connection().database->query(
        "SELECT measure, metric, x, block, hex(sums) FROM summary ORDER BY 1, 2, 3, 4");
    while (rows.next()) {
        for (int column = 0; column < 5; ++column)
            text += rows.text(column) + "|";
        text += "\n";
    }
    return text;
}

}  // namespace

class QueryTest : public QObject {
    Q_OBJECT

  private slots:
    void pagesHoldEveryRowOnce_data() {
        QTest::addColumn<int>("order");
        QTest::addColumn<bool>("descending");
        for (int order = 0; order < 8; ++order)
            for (const bool descending : {false, true})
                QTest::addRow("order %d %s", order, descending ? "descending" : "ascending")
                    << order << descending;
    }

    void pagesHoldEveryRowOnce() {
        QFETCH(int, order);
        QFETCH(bool, descending);
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.assets = 7;
        std::vector<PlannedItem> items = sampleItems(shape);
        for (std::size_t i = 0; i < items.size(); ++i)
            items[i].seed = i % 3;
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        Batch all;
        for (std::size_t i = 0; i < items.size(); i += 2) {
            Batch batch = outcomeOf(library, items[i], rows.items[i]);
            // Equal values, so that ties cross the pages.
            batch.items[0].encodeSeconds = double(i % 4);
            append(all, batch);
        }
        library.commit(all);
        const ItemOrder by = static_cast<ItemOrder>(order);
        const std::vector<ItemRow> whole = allPages(library, study, {}, by, descending, 1000);
        QCOMPARE(whole.size(), items.size());
        for (std::size_t i = 1; i < whole.size(); ++i) {
            const auto a = orderValue(whole[i - 1], by, shape.series),
                       b = orderValue(whole[i], by, shape.series);
            if (a && b && *a != *b) QVERIFY(descending ? *b < *a : *a < *b);
            if (!a) QVERIFY(!b);
            if (a == b) QVERIFY(descending ? whole[i].id < whole[i - 1].id : whole[i - 1].id < whole[i].id);
        }
        for (const std::size_t limit : {1u, 5u, 42u}) {
            const std::vector<ItemRow> paged = allPages(library, study, {}, by, descending, limit);
            QCOMPARE(paged.size(), whole.size());
            for (std::size_t i = 0; i < paged.size(); ++i)
                QCOMPARE(paged[i].id, whole[i].id);
        }
        // Filters take out of the same order.
        for (const ItemFilter& filter : {ItemFilter{State::Done, {}, {}, false},
                                         ItemFilter{State::Pending, "jpeg/optimise=true", {}, false},
                                         ItemFilter{{}, "jpeg/optimise=false", "kodim103.png", false},
                                         ItemFilter{{}, {}, "kodim100.png", false},
                                         ItemFilter{{}, "none", {}, false}, ItemFilter{{}, {}, {}, true}}) {
            std::vector<ItemId> expected, paged;
            for (const ItemRow& row : whole)
                if ((!filter.state || row.state == *filter.state) &&
                    (!filter.series || row.series == *filter.series) &&
                    (!filter.asset || row.asset == *filter.asset) && row.orphaned == filter.orphaned)
                    expected.push_back(row.id);
            for (const ItemRow& row : allPages(library, study, filter, by, descending, 3))
                paged.push_back(row.id);
            QVERIFY(paged == expected);
        }
    }

    void aKeyOfAnotherColumnIsRefused() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, sampleItems());
        const ItemsPage page = itemsPage(library, study, {}, ItemOrder::Asset, false, {}, 2);
        QVERIFY(messageOf([&] { itemsPage(library, study, {}, ItemOrder::Bytes, false, page.next, 2); },
                          ErrorKind::Usage)
                    .contains("another column"));
        QVERIFY(messageOf([&] { item(library, 999); }, ErrorKind::Usage).contains("no item 999"));
    }

    void pagesSearchTheirIndex() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        Database& database = *library.connection().database;
        for (const char* column :
             {"position", "state", "series", "asset", "seed", "bytes", "encode_seconds", "ended"}) {
            const std::string index =
                std::string("item_") + (std::string(column) == "position" ? "planned" : column);
            for (const char* condition : {" = 1 AND id > 5", " > 1"}) {
                const std::string state = std::string(column) == "state" ? "" : " AND state = 2";
                Statement plan = database.query("EXPLAIN QUERY PLAN SELECT id, " + std::string(column) +
                                                " FROM item INDEXED BY " + index +
                                                " WHERE study = 1 AND orphaned = 0 AND " + column +
                                                condition + state + " ORDER BY " + column + ", id LIMIT 100");
                std::string text;
                while (plan.next())
                    text += plan.text(3);
                QVERIFY2(text.find("COVERING INDEX " + index) != std::string::npos &&
                             text.find("TEMP B-TREE") == std::string::npos,
                         text.c_str());
            }
        }
    }

    void meanCurvesEqualTheDirectSum_data() {
        QTest::addColumn<QString>("x");
        for (const char* x :
             {"", "bpp", "bytes", "bits", "time-encode", "time-decode", "jpeg.quality", "bpp@psnr"})
            QTest::newRow(*x ? x : "default") << x;
    }

    void meanCurvesEqualTheDirectSum() {
        QFETCH(QString, x);
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.assets = 23;
        std::vector<PlannedItem> items = sampleItems(shape);
        addMeasure(items, "mse", psnrMetric(graph::Pool::SumThenFinish));
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        std::mt19937 random(3);
        Batch all;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (random() % 9 == 0) continue;
            Batch batch = outcomeOf(library, items[i], rows.items[i]);
            if (random() % 7 == 0) batch.measurements[0].scores[0].s0 = 0;  // infinite: dropped
            if (random() % 11 == 0) batch.measurements[1].counts.clear();
            append(all, batch);
            if (random() % 20 == 0) {
                library.commit(all);
                all = {};
            }
        }
        library.commit(all);
        for (const char* y : {"psnr-rgb", "psnr-rgb-of-mean-mse"}) {
            if (x == "bpp@psnr" && std::string(y) != "psnr-rgb") continue;
            compareCurves(meanCurves(library, study, y, x.toStdString()),
                          direct(library, study, y, x.toStdString()));
            QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
            compareCurves(meanCurves(library, study, y, x.toStdString()),
                          direct(library, study, y, x.toStdString()));
        }
    }

    void sumsDoNotDependOnTheOrderOfCompletion() {
        std::string first;
        for (unsigned run = 0; run < 6; ++run) {
            const SampleFolder folder;
            Library library(folder.library(), Access::Write);
            SampleShape shape;
            shape.assets = 12;
            const std::vector<PlannedItem> items = sampleItems(shape);
            const StudyId study = library.saveStudy(sampleStudy());
            const Reconciliation rows = library.reconcile(study, items);
            std::vector<std::size_t> order(items.size());
            std::iota(order.begin(), order.end(), 0u);
            std::mt19937 random(run);
            if (run > 0) std::shuffle(order.begin(), order.end(), random);
            Batch batch;
            for (const std::size_t i : order) {
                Batch one = outcomeOf(library, items[i], rows.items[i]);
                append(batch, one);
                if (random() % (run + 1) == 0) {
                    library.commit(batch);
                    batch = {};
                }
            }
            library.commit(batch);
            QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
            const std::string text = contents(library);
            QVERIFY(!text.empty());
            if (run == 0) first = text;
            QCOMPARE(text, first);
            compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"),
                          direct(library, study, "psnr-rgb", "bpp"));
        }
    }

    void aMeasureThatChangesLeavesTheCurve() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
        items[0].measurements[0].key = sha256("another reference");
        library.reconcile(study, items);
        const auto curves = meanCurves(library, study, "psnr-rgb", "bpp");
        compareCurves(curves, direct(library, study, "psnr-rgb", "bpp"));
        std::size_t n = 0;
        for (const curves::Point& point : curves.at(0).points)
            n += point.n;
        QCOMPARE(n, 11u);
    }

    void largePointsAreSummedWhenIdle() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.series = {"jpeg"};
        shape.qualities = {50};
        shape.assets = 2500;
        const std::vector<PlannedItem> items = sampleItems(shape);
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        for (const std::size_t i : {0u, 1u}) {
            Batch batch = outcomeOf(library, items[i], rows.items[i]);
            library.commit(batch);
        }
        const auto stale = [&] {
            return library.connection().database->integer("SELECT count(*) FROM stale");
        };
        QCOMPARE(stale(), 1);
        // Right for readers all the same.
        QCOMPARE(meanCurves(Library(folder.library(), Access::Read), study, "psnr-rgb", "bpp")[0].points[0].n,
                 2u);
        QVERIFY(!refreshSummaries(library, std::chrono::milliseconds(0)));
        QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
        QCOMPARE(stale(), 0);
        QCOMPARE(meanCurves(library, study, "psnr-rgb", "bpp")[0].points[0].n, 2u);
    }

    void axesAreFoundByTheirIds() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.measures = {"psnr", "psnr-2"};
        std::vector<PlannedItem> items = sampleItems(shape);
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        Batch all;
        for (std::size_t i = 0; i < items.size(); ++i) {
            Batch batch = outcomeOf(library, items[i], rows.items[i]);
            batch.measurements[1].counts["pixels"] = 1000;  // a reference of another size
            append(all, batch);
        }
        library.commit(all);
        QCOMPARE(ratesOf(library, study),
                 (std::vector<std::string>{"bpp@psnr", "bpp@psnr-2", "bytes", "bits"}));
        QCOMPARE(metricsOf(library, study).at(1).id, std::string("psnr-2:psnr-rgb"));
        const auto message = [&](const char* y, const char* x) {
            return messageOf([&] { curvePoints(library, study, y, x); }, ErrorKind::Usage);
        };
        QVERIFY(message("psnr-rgb", "bpp").contains("psnr:psnr-rgb, psnr-2:psnr-rgb"));
        QVERIFY(message("ssim", "bpp").contains("psnr-2:psnr-rgb, bpp@psnr"));
        QVERIFY(message("bpp", "jpeg.quality").contains("bpp@psnr, bpp@psnr-2"));
        QVERIFY(message("psnr:psnr-rgb", "jpeg.optimise").contains("jpeg.quality"));

        const auto ratio = [](const CurveData& data) { return data.points.at(0).x.s1; };
        QCOMPARE(ratio(curvePoints(library, study, "psnr:psnr-rgb", "bpp")), 768.0 * 512);
        QCOMPARE(ratio(curvePoints(library, study, "psnr-2:psnr-rgb", "")), 1000.0);
        QCOMPARE(ratio(curvePoints(library, study, "psnr:psnr-rgb", "bpp@psnr-2")), 1000.0);
        for (const auto& [y, x] : {std::pair{"psnr:psnr-rgb", "psnr-2:psnr-rgb"},
                                   {"bpp@psnr-2", "jpeg.quality"},
                                   {"time-encode", "jpeg.quality"},
                                   {"bytes", "time-decode"}})
            compareCurves(meanCurves(library, study, y, x), direct(library, study, y, x));

        // Without the second reference its rates are not told apart any more.
        library.reconcile(study, sampleItems());
        QCOMPARE(ratesOf(library, study), (std::vector<std::string>{"bpp", "bytes", "bits"}));
        QCOMPARE(meanCurves(library, study, "psnr-rgb", "bpp").size(), 2u);
    }

    void aStudyWithoutMeasuresHasSizesAndTimes() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.measures = {};
        const StudyId study = finishedStudy(library, sampleItems(shape));
        QCOMPARE(ratesOf(library, study), (std::vector<std::string>{"bytes", "bits"}));
        const auto curves = meanCurves(library, study, "bytes", "jpeg.quality");
        QCOMPARE(curves.size(), 2u);
        QCOMPARE(curves[0].points[0].x, 10.0);
        QCOMPARE(curves[0].points[0].n, 4u);
        QCOMPARE(seriesOf(library, study).at(0).items, 4u);
    }

    void searchedWeightsTakeSearchedBits() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = sampleItems();
        const StudyId study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, items);
        Batch finished;
        for (std::size_t i = 0; i < items.size(); ++i) {
            Batch batch = outcomeOf(library, items[i], rows.items[i]);
            batch.measurements[0].counts = {{"weights", 4000}, {"searched-weights", 3000}};
            append(finished, batch);
        }
        library.commit(finished);
        QCOMPARE(ratesOf(library, study),
                 (std::vector<std::string>{"bpw-all", "bpw-searched", "bytes", "bits"}));
        const ItemRow row = item(library, rows.items[0].id);
        const CurveData all = curvePoints(library, study, "psnr-rgb", "");
        const CurveData searched = curvePoints(library, study, "psnr-rgb", "bpw-searched");
        QCOMPARE(all.x.id, std::string("bpw-all"));
        QCOMPARE(all.points[0].x.s0 / all.points[0].x.s1, double(*row.bits) / 4000);
        QCOMPARE(searched.points[0].x.s0 / searched.points[0].x.s1, double(*row.searchedBits) / 3000);
        compareCurves(meanCurves(library, study, "psnr-rgb", "bpw-searched"),
                      direct(library, study, "psnr-rgb", "bpw-searched"));
        // One row for each rate in the view.
        Database& database = *library.connection().database;
        QCOMPARE(database.integer("SELECT count(*) FROM v_points"), 48);
        QCOMPARE(database.integer("SELECT count(*) FROM v_points WHERE rate_id = 'bpw-searched' AND "
                                  "abs(rate - searched_bits / 3000.0) < 1e-12"),
                 24);
    }

    void theRatesOfTheViewAreThoseOfCurves() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::set<std::string> ours, theirs;
        Statement rows = library.connection().database->query("SELECT id, count_name, searched FROM rate");
        while (rows.next())
            ours.insert(rows.text(0) + rows.text(1) + rows.text(2));
        for (const curves::Rate& rate : curves::allRates())
            if (*rate.count)
                theirs.insert(std::string(rate.id) + rate.count + (rate.searchedOnly ? "1" : "0"));
        QVERIFY(ours == theirs);
    }

    void viewsShowItemsAndPoints() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        const StudyId study = finishedStudy(library, items);
        Batch batch;
        batch.items.push_back(
            {.item = 1, .state = State::Failed, .failure = Failure{ErrorKind::Input, "Odd.", "", ""}});
        library.commit(batch);
        Database& database = *library.connection().database;
        QCOMPARE(database.integer("SELECT count(*) FROM v_items"), 24);
        QCOMPARE(database.integer("SELECT count(*) FROM v_points"), 23);
        Statement failed =
            database.query("SELECT state, reason, failure, bytes, host FROM v_items WHERE item = 1");
        QVERIFY(failed.next());
        QCOMPARE(failed.text(0), std::string("failed"));
        QCOMPARE(failed.text(1), std::string("Odd."));
        QCOMPARE(failed.text(2), std::string("input"));
        QVERIFY(failed.isNull(3));
        QCOMPARE(failed.text(4), std::string("tethys"));
        Statement point = database.query(
            "SELECT study, series, asset, json_extract(swept, '$.\"jpeg.quality\"'), rate_id, rate, metric, "
            "value, unit, "
            "better, count, expected FROM v_points WHERE item = 2");
        QVERIFY(point.next());
        const ItemRow row = item(library, 2);
        QCOMPARE(point.text(0), std::string("photographs"));
        QCOMPARE(point.text(1), row.series);
        QCOMPARE(point.text(2), row.asset);
        QCOMPARE(point.integer(3), 10);
        QCOMPARE(point.text(4), std::string("bpp"));
        QCOMPARE(point.real(5), double(*row.bits) / (768 * 512));
        QCOMPARE(point.text(6), std::string("psnr-rgb"));
        QCOMPARE(point.real(7), measurementsOf(library, 2)[0].scores[0].value);
        QCOMPARE(point.text(8), std::string("dB"));
        QCOMPARE(point.text(9), std::string("higher"));
        QCOMPARE(point.integer(10), 768 * 512);
        QCOMPARE(point.integer(11), 4);
        const std::string csv = csvOfView(library, View::Points, study);
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), 24);
    }

    void itemsAreCountedByBranch() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        std::vector<PlannedItem> items = sampleItems();
        const std::size_t half = items.size() / 2;
        for (std::size_t i = half; i < items.size(); ++i) {
            items[i].branch = "webp";
            items[i].series = "webp/" + items[i].series;
        }
        const StudyId study = finishedStudy(library, items);
        Batch batch;
        batch.items.push_back(
            {.item = 2, .state = State::Failed, .failure = Failure{ErrorKind::Input, "Odd.", "", ""}});
        batch.measurements.push_back({.measurement = 5,
                                      .state = State::Failed,
                                      .failure = Failure{ErrorKind::Input, "Even.", "", ""}});
        library.commit(batch);
        const std::vector<BranchCounts> branches = countsByBranch(library, study);
        QCOMPARE(branches.size(), std::size_t{2});
        QCOMPARE(branches[0].items[State::Failed], 1);
        QCOMPARE(branches[0].items[State::Done], static_cast<std::int64_t>(half) - 1);
        QCOMPARE(branches[0].reason, std::string("Odd."));
        QCOMPARE(branches[1].branch, std::string("webp"));
        QCOMPARE(branches[1].items[State::Done], static_cast<std::int64_t>(items.size() - half));
        QVERIFY(branches[1].reason.empty());
        const std::vector<FailedMeasure> measures = failedMeasures(library, study);
        QCOMPARE(measures.size(), std::size_t{1});
        QCOMPARE(measures[0].node, std::string("psnr"));
        QCOMPARE(measures[0].failed, 1);
        QCOMPARE(measures[0].reason, std::string("Even."));
        QVERIFY(countsByBranch(library, study + 1).empty());
    }

    void importedCurvesAreKept() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        ImportedCurve curve{.id = 0,
                            .title = "bmshj2018-hyperprior",
                            .source = "results.json",
                            .citation = "Ballé 2018",
                            .dataSet = "kodak",
                            .rate = "bpp",
                            .metric = psnrMetric(),
                            .pooling = "mean of PSNRs",
                            .points = {{0.1, 28.5}, {0.5, 33.25}}};
        const std::int64_t id = insertImported(library, curve);
        curve.points.push_back({1, 37});
        curve.citation = "Ballé et al. 2018";
        QCOMPARE(insertImported(library, curve), id);
        curve.title = "jpeg";
        insertImported(library, curve);
        const std::vector<ImportedCurve> curves = importedCurves(Library(folder.library(), Access::Read));
        QCOMPARE(curves.size(), 2u);
        QCOMPARE(curves[0].title, std::string("bmshj2018-hyperprior"));
        QCOMPARE(curves[0].citation, std::string("Ballé et al. 2018"));
        QCOMPARE(curves[0].metric.unit, std::string("dB"));
        QCOMPARE(curves[0].pooling, std::string("mean of PSNRs"));
        QVERIFY(curves[0].points == curve.points);
        deleteImported(library, id);
        QCOMPARE(importedCurves(library).size(), 1u);
        QVERIFY(messageOf([&] { deleteImported(library, id); }, ErrorKind::Usage).contains("imported curve"));
        curve.points = {};
        QVERIFY(messageOf([&] { insertImported(library, curve); }).contains("jpeg"));
        curve.points = {{1, std::nan("")}};
        QVERIFY(messageOf([&] { insertImported(library, curve); }).contains("not finite"));
    }
};

QTEST_GUILESS_MAIN(QueryTest)
#include "query_test.moc"
