// A table joined to a source: what it says stands beside the items and changes no result.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/program.h"
#include "tests/e2e/rows.h"

#include <QFile>
#include <QtTest>
#include <cmath>

using namespace e2e;
using nlohmann::json;

namespace {

Study photographs(const std::string& table) {
    Study study("grouped");
    study
        .node("photos", "source.images",
              {{"files",
                "${RATESCOPE_SAMPLES}/astronaut.png;${RATESCOPE_SAMPLES}/chelsea.png;"
                "${RATESCOPE_SAMPLES}/coffee.png"},
               {"table", table}})
        .node("jpeg", "image.jpeg")
        .wire("photos.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "photos.image", "jpeg.image")
        .sweep("jpeg", "quality", {10, 30, 50, 70, 90})
        .sweep("jpeg", "subsampling", {"4:2:0", "4:4:4"});
    return study;
}

constexpr const char* labels =
    "file,scene,split\nastronaut.png,person,train\nchelsea,animal,test\ncoffee.png,animal,train\n";

const QStringList anchor = {"--library", "study.rslib", "--anchor", "jpeg/subsampling=4:2:0",
                            "--y",       "psnr-rgb"};

}  // namespace

class TableTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void itemsHaveTheColumns();
    void bdOfGroups_data();
    void bdOfGroups();
    void bdOfGroupsAsJson();
    void curvesOfGroups();
    void curvesOfSomeAssets();
    void figuresHaveGroups();
    void unknownColumnsAreRefused();
    void anotherTableRunsNothing();
    void gapsAreSaid();
    void bundlesHoldTheTable();
    void faultsAreSaid();

  private:
    Place place_;
};

void TableTest::initTestCase() {
    NEED_PHOTOGRAPHS(place_);
    place_.write("labels.csv", labels);
    const QString document = place_.write("study.ratescope", photographs("labels.csv").text());
    const Outcome outcome = place_.cli({"run", document, "--library", "study.rslib"});
    VERIFY_CODE(outcome, 0);
    QVERIFY2(!outcome.errors.contains("labels.csv"), outcome.said().constData());
}

void TableTest::itemsHaveTheColumns() {
    for (const char* view : {"items", "points"})
        for (const Row& row : rowsOf(exported(place_, "study.rslib", view)))
            QCOMPARE(row["attributes"],
                     row["asset"] == "astronaut.png" ? QString(R"({"scene":"person","split":"train"})")
                     : row["asset"] == "chelsea.png" ? QString(R"({"scene":"animal","split":"test"})")
                                                     : QString(R"({"scene":"animal","split":"train"})"));
}

void TableTest::bdOfGroups_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("total");
    QTest::addColumn<QByteArray>("group");
    QTest::newRow("text") << "text" << QByteArray("\nJPEG · subsampling=4:4:4   ")
                          << QByteArray("\nJPEG · subsampling=4:4:4 · scene=animal ");
    QTest::newRow("markdown") << "markdown" << QByteArray("| JPEG · subsampling=4:4:4 |")
                              << QByteArray("| JPEG · subsampling=4:4:4 · scene=animal |");
    QTest::newRow("latex") << "latex" << QByteArray("subsampling=4:4:4 &") << QByteArray("scene=animal &");
    QTest::newRow("csv") << "csv" << QByteArray("JPEG · subsampling=4:4:4,") << QByteArray(",2,animal\r\n");
}

void TableTest::bdOfGroups() {
    QFETCH(QString, format);
    QFETCH(QByteArray, total);
    QFETCH(QByteArray, group);
    const Outcome outcome =
        place_.cli(QStringList{"bd"} + anchor + QStringList{"--by", "scene", "--format", format});
    VERIFY_CODE(outcome, 0);
    QVERIFY2(outcome.output.contains(total), outcome.said().constData());
    QVERIFY2(outcome.output.contains(group), outcome.said().constData());
}

void TableTest::bdOfGroupsAsJson() {
    const json whole = place_.cli(QStringList{"bd"} + anchor + QStringList{"--json"}).json();
    for (const char* average : {"per-item", "mean-curve"}) {
        const json grouped = place_
                                 .cli(QStringList{"bd"} + anchor +
                                      QStringList{"--json", "--by", "scene", "--average", average})
                                 .json();
        VERIFY_FITS(grouped, "bd");
        COMPARE_JSON(grouped["grouped_by"], "scene");
        const json& groups = grouped["comparisons"][0]["groups"];
        COMPARE_JSON(groups.size(), 2);
        COMPARE_JSON(groups[0]["group"], "animal");
        COMPARE_JSON(groups[0]["n"], 2);
        QVERIFY(groups[1]["bd_rate_percent"].is_number());
        if (std::string(average) == "mean-curve") continue;
        COMPARE_JSON(grouped["comparisons"][0]["bd_rate_percent"],
                     whole["comparisons"][0]["bd_rate_percent"]);
        // Per item, the total is the mean of its groups by their numbers.
        const double mean =
            (2 * groups[0]["bd_rate_percent"].get<double>() + groups[1]["bd_rate_percent"].get<double>()) / 3;
        QVERIFY(std::abs(mean - whole["comparisons"][0]["bd_rate_percent"].get<double>()) < 1e-9);
    }
}

void TableTest::curvesOfGroups() {
    const QStringList command = {"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--by", "scene"};
    const json curves = place_.cli(command + QStringList{"--format", "json"}).json();
    VERIFY_FITS(curves, "curves");
    COMPARE_JSON(curves["series"].size(), 6);
    QVERIFY(!curves["series"][0].contains("group"));
    COMPARE_JSON(curves["series"][1]["group"], "animal");
    COMPARE_JSON(curves["series"][1]["points"][0]["n"], 2);
    COMPARE_JSON(curves["series"][1]["points"][0]["expected"], 2);
    const QList<Row> rows = rowsOf(place_.cli(command).output);
    QCOMPARE(rows.size(), qsizetype{30});
    QCOMPARE(rows[0]["group"], QString());
    QCOMPARE(rows[5]["group"], QString("animal"));
    const Outcome plot = place_.cli(command + QStringList{"--format", "pgfplots"});
    VERIFY_CODE(plot, 2);
    VERIFY_SAYS(plot, "--where scene=VALUE");
}

void TableTest::curvesOfSomeAssets() {
    const QStringList command = {"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--format", "json"};
    const json some =
        place_.cli(command + QStringList{"--where", "scene=animal", "--where", "split=train"}).json();
    COMPARE_JSON(some["series"][0]["points"][0]["n"], 1);
    COMPARE_JSON(some["series"][0]["points"][0]["expected"], 1);
    const Outcome bd =
        place_.cli(QStringList{"bd"} + anchor + QStringList{"--where", "split=train", "--json"});
    COMPARE_JSON(bd.json()["comparisons"][0]["n"], 2);
    VERIFY_CODE(place_.cli(command + QStringList{"--where", "scene"}), 2);
    const Outcome none = place_.cli(command + QStringList{"--where", "scene=sea"});
    VERIFY_CODE(none, 2);
    VERIFY_SAYS(none, "Values are animal, person.");
}

void TableTest::figuresHaveGroups() {
    const QStringList command = {"figure", "--library", "study.rslib", "--y", "psnr-rgb", "-o", "rd.svg"};
    VERIFY_CODE(place_.desktop(command + QStringList{"--bd-table", "--by", "scene"}), 0);
    QVERIFY(place_.read("rd.svg").contains("scene=animal"));
    VERIFY_CODE(place_.desktop(command + QStringList{"--bd-table"}), 0);
    QVERIFY(!place_.read("rd.svg").contains("scene=animal"));
    VERIFY_CODE(place_.desktop(command + QStringList{"--by", "scene"}), 2);
}

void TableTest::unknownColumnsAreRefused() {
    const Outcome outcome = place_.cli(QStringList{"bd"} + anchor + QStringList{"--by", "colour"});
    VERIFY_CODE(outcome, 2);
    VERIFY_SAYS(outcome, "Columns are scene, split.");
}

void TableTest::anotherTableRunsNothing() {
    Place place;
    place.showPhotographs();
    const QString document = place.write("study.ratescope", photographs("labels.csv").text());
    place.write("labels.csv", labels);
    VERIFY_CODE(place.cli({"run", document, "--library", "study.rslib"}), 0);
    const QByteArray rows = lastingRows(place, "study.rslib");
    place.write("labels.csv", "file,scene\nastronaut,a\nchelsea,a\ncoffee,b\n");
    const Outcome again = place.cli({"run", document, "--library", "study.rslib", "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["ranItems"], 0);
    QByteArray now = lastingRows(place, "study.rslib");
    QVERIFY(now != rows && now.contains("\"scene\":\"b\"") && !now.contains("person"));
    // Without a table the keys are the same, too.
    const Outcome without =
        place.cli({"run", document, "--library", "study.rslib", "--json", "--set", "photos.table="});
    VERIFY_CODE(without, 0);
    COMPARE_JSON(without.json()["ranItems"], 0);
    QVERIFY(!lastingRows(place, "study.rslib").contains("scene"));
}

void TableTest::gapsAreSaid() {
    Place place;
    place.showPhotographs();
    place.write("labels.tsv", "scene\tname\nwood\tchelsea.png\nsea\tother.png\n");
    Study study = photographs("labels.tsv");
    study.document["nodes"][0]["parameters"]["table-key"] = "name";
    const QString document = place.write("study.ratescope", study.text());
    const Outcome run = place.cli({"run", document, "--library", "study.rslib", "--set", "jpeg.quality=50"});
    VERIFY_CODE(run, 0);
    VERIFY_SAYS(run, "photos: labels.tsv has no row for 2 assets: astronaut.png, coffee.png.");
    VERIFY_SAYS(run, "photos: labels.tsv has 1 row of no asset, passed over: other.png.");
    const Outcome plan = place.cli({"plan", document, "--library", "study.rslib", "--json"});
    VERIFY_FITS(plan.json(), "plan");
    COMPARE_JSON(plan.json()["notes"].size(), 2);
}

void TableTest::bundlesHoldTheTable() {
    Place place;
    place.showPhotographs();
    place.write("labels.csv", labels);
    VERIFY_CODE(place.cli({"run", place.write("study.ratescope", photographs("labels.csv").text())}), 0);
    VERIFY_CODE(place.cli({"export", "bundle", "--library", "study.rslib", "-o", "bundle"}), 0);
    QVERIFY(QFile::remove(place.path("labels.csv")));
    QCOMPARE(place.read("bundle/assets/photos-table/labels.csv"), QByteArray(labels));
    const Outcome again = place.cli({"reproduce", "bundle", "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["equal"], true);
}

void TableTest::faultsAreSaid() {
    Place place;
    place.showPhotographs();
    const QString document = place.write("study.ratescope", photographs("labels.csv").text());
    const Outcome missing = place.cli({"plan", document});
    QVERIFY(missing.code != 0);
    VERIFY_SAYS(missing, "The node \"photos\"");
    VERIFY_SAYS(missing, "labels.csv can't be read");
    place.write("labels.csv", "file,scene\nchelsea.png,a\nchelsea.png,b\n");
    const Outcome twice = place.cli({"plan", document});
    QVERIFY(twice.code != 0);
    VERIFY_SAYS(twice, "line 3: a second row for \"chelsea.png\", after that on line 2.");
    Study swept = photographs("");
    swept.sweep("photos", "table", {"a.csv", "b.csv"});
    const Outcome sweep = place.cli({"plan", place.write("swept.ratescope", swept.text())});
    QVERIFY(sweep.code != 0);
    VERIFY_SAYS(sweep, "which says what is joined to the assets and is not swept");
}

QTEST_GUILESS_MAIN(TableTest)
#include "table_test.moc"
