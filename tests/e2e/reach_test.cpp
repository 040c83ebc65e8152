// Equal bytes, asked for: items that find the setting at which they meet a target.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/program.h"
#include "tests/e2e/rows.h"

#include <QtTest>
#include <cmath>
#include <csignal>

using namespace e2e;
using nlohmann::json;

namespace {

/// Two of the product's photographs through JPEG.
Study photographs(const json& reaches) {
    Study study("reach");
    study
        .node("photos", "source.images",
              {{"files", "${RATESCOPE_SAMPLES}/astronaut.png;${RATESCOPE_SAMPLES}/chelsea.png"}})
        .node("jpeg", "image.jpeg")
        .wire("photos.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "photos.image", "jpeg.image")
        .set("reaches", reaches);
    return study;
}

json reach(const std::string& quantity, const json& targets) {
    return {{"node", "jpeg"}, {"parameter", "quality"}, {"quantity", quantity}, {"targets", targets}};
}

/// Probes that take some time: noise → JPEG → sleep, to reach three qualities.
Study slowStudy() {
    json wanted = reach("psnr-rgb", {26.0, 28.0, 30.0});
    wanted["tolerance"] = 1e-6;
    Study study("slow");
    study.node("noise", "test.noise", {{"count", 6}, {"size", 64}, {"model", "rgb"}})
        .node("jpeg", "image.jpeg")
        .node("sleep", "test.sleep", {{"milliseconds", 8}})
        .wire("noise.image", "jpeg.image")
        .wire("jpeg.image", "sleep.image")
        .measure("psnr", "measure.psnr", "noise.image", "sleep.image")
        .set("reaches", json::array({wanted}));
    return study;
}

double number(const Row& row, const char* column) {
    return row.value(QString::fromLatin1(column)).toDouble();
}

/// The size of what jpeg makes of a photograph at this quality, in bits per pixel.
double bppAt(const Place& place, const QString& asset, int quality) {
    const QString samples = place.environment.value("RATESCOPE_SAMPLES");
    const Outcome outcome =
        place.cli({"encode", "--node", "image.jpeg", "--set", "quality=" + QString::number(quality),
                   samples + "/" + asset, "out.jpg"});
    const double pixels = asset == "chelsea.png" ? 451.0 * 300 : 512.0 * 512;
    return outcome.code == 0 ? static_cast<double>(place.read("out.jpg").size()) * 8 / pixels : -1;
}

}  // namespace

class ReachTest : public QObject {
    Q_OBJECT

  private slots:
    void halfABitPerPixel();
    void jobsDoNotChangeRows();
    void qualityIsReachedToo();
    void planSaysHowManyRuns();
    void whatCantBeReachedFails();
    void curvesCarryTargetAndValue();
    void bundlesAreReproduced();
    void killedAndGoneOn_data();
    void killedAndGoneOn();
};

void ReachTest::halfABitPerPixel() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    const QString document =
        place.write("study.ratescope", photographs(json::array({reach("bpp", {0.5})})).text());
    VERIFY_CODE(place.cli({"run", document, "--library", "study.rslib"}), 0);
    const QList<Row> items = rowsOf(exported(place, "study.rslib", "items"));
    QCOMPARE(items.size(), qsizetype{2});
    for (const Row& item : items) {
        QCOMPARE(item["state"], QString("done"));
        QCOMPARE(item["reached_parameter"], QString("jpeg.quality"));
        QCOMPARE(item["swept"], QString("{\"target:bpp\":0.5}"));
        const int quality = item["reached_value"].toInt();
        const double found = number(item, "reached");
        QVERIFY(std::abs(found - bppAt(place, item["asset"], quality)) < 1e-12);
        if (item["reach_within"] == "1") {
            QVERIFY(std::abs(found - 0.5) <= 0.005);
        } else {
            for (const int other : {quality - 1, quality + 1})
                QVERIFY(std::abs(bppAt(place, item["asset"], other) - 0.5) >= std::abs(found - 0.5));
        }
        QVERIFY2(number(item, "reach_runs") <= 9, qPrintable(item["reach_runs"]));
        QVERIFY(number(item, "encode_seconds") > 0 && number(item, "decode_seconds") > 0);
    }
    // A second run runs nothing.
    const Outcome again = place.cli({"run", document, "--library", "study.rslib", "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["ranItems"], 0);
    QCOMPARE(dishonesty(place.path("study.rslib")), QByteArray());
}

void ReachTest::jobsDoNotChangeRows() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    const QString document =
        place.write("study.ratescope", photographs(json::array({reach("bpp", {0.4, 0.6, 1.2})})).text());
    VERIFY_CODE(place.cli({"run", document, "--library", "one.rslib", "--jobs", "1"}), 0);
    VERIFY_CODE(place.cli({"run", document, "--library", "two.rslib", "--jobs", "2"}), 0);
    QVERIFY(!lastingRows(place, "one.rslib").isEmpty());
    QVERIFY(lastingRows(place, "one.rslib") == lastingRows(place, "two.rslib"));
}

void ReachTest::qualityIsReachedToo() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    const QString document =
        place.write("study.ratescope", photographs(json::array({reach("psnr-rgb", {32.0, 36.0})})).text());
    VERIFY_CODE(place.cli({"run", document, "--library", "study.rslib"}), 0);
    for (const Row& point : rowsOf(exported(place, "study.rslib", "points"))) {
        if (point["metric"] != "psnr-rgb") continue;
        const double target = point["swept"].contains("32") ? 32 : 36;
        QVERIFY2(std::abs(number(point, "value") - target) <= 0.01 * target, qPrintable(point["value"]));
    }
}

void ReachTest::planSaysHowManyRuns() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    json wanted = reach("bpp", {0.5, 1.0});
    wanted["most_runs"] = 12;
    const QString document = place.write("study.ratescope", photographs(json::array({wanted})).text());
    const Outcome text = place.cli({"plan", document, "--library", "study.rslib"});
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("at most 12"), text.said().constData());
    const Outcome plan = place.cli({"plan", document, "--library", "study.rslib", "--json"});
    VERIFY_FITS(plan.json(), "plan");
    COMPARE_JSON(plan.json()["items"]["total"], 4);
    COMPARE_JSON(plan.json()["series"][0]["mostRuns"], 12);
    wanted["tolerance"] = 0;
    const Outcome bad =
        place.cli({"plan", place.write("bad.ratescope", photographs(json::array({wanted})).text())});
    VERIFY_CODE(bad, 4);
    VERIFY_SAYS(bad, "\"quality\" of the node \"jpeg\" within 0 of the target");
}

void ReachTest::whatCantBeReachedFails() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    const QString document =
        place.write("study.ratescope", photographs(json::array({reach("bpp", {0.01, 0.5})})).text());
    const Outcome outcome = place.cli({"run", document, "--library", "study.rslib"});
    QVERIFY(outcome.code != 0);
    const json status = place.cli({"status", "--library", "study.rslib", "--json"}).json();
    VERIFY_FITS(status, "status");
    COMPARE_JSON(status["items"]["failed"], 2);
    COMPARE_JSON(status["items"]["done"], 2);
    const std::string what = status["failures"][0]["what"];
    QVERIFY2(what.starts_with("jpeg can't reach 0.01 bpp: it gives 0.") &&
                 what.find(" bpp at quality=1 and ") != std::string::npos &&
                 what.ends_with(" bpp at quality=100."),
             what.c_str());
    COMPARE_JSON(status["failures"][0]["values"]["target:bpp"], 0.01);
}

void ReachTest::curvesCarryTargetAndValue() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    Study study = photographs(json::array({reach("bpp", {0.6, 0.8, 1.2, 2.0})}));
    study.sweep("jpeg", "subsampling", {"4:2:0", "4:4:4"});
    const QString document = place.write("study.ratescope", study.text());
    VERIFY_CODE(place.cli({"run", document, "--library", "study.rslib"}), 0);
    const Outcome curves =
        place.cli({"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--format", "json"});
    VERIFY_FITS(curves.json(), "curves");
    const json point = curves.json()["series"][0]["points"][1];
    COMPARE_JSON(point["parameters"]["target:bpp"], "0.8");
    COMPARE_JSON(point["reached"]["parameter"], "jpeg.quality");
    QVERIFY(point["reached"]["least"] <= point["reached"]["mean"] &&
            point["reached"]["mean"] <= point["reached"]["greatest"]);
    QVERIFY(std::abs(point["x"].get<double>() - 0.8) < 0.02);
    const QList<Row> rows =
        rowsOf(place.cli({"curves", "--library", "study.rslib", "--y", "psnr-rgb"}).output);
    QCOMPARE(rows.size(), qsizetype{8});
    QVERIFY(number(rows[0], "reached") > 1 && rows[0]["reached_parameter"] == "jpeg.quality");
    const Outcome bd = place.cli({"bd", "--library", "study.rslib", "--anchor", "jpeg/subsampling=4:2:0",
                                  "--y", "psnr-rgb", "--json"});
    VERIFY_CODE(bd, 0);
    VERIFY_FITS(bd.json(), "bd");
    QVERIFY(bd.json()["comparisons"][0]["bd_rate_percent"].is_number());
    // The value may stand on an axis.
    const Outcome byQuality = place.cli(
        {"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--x", "jpeg.quality", "--format", "json"});
    VERIFY_CODE(byQuality, 0);
    COMPARE_JSON(byQuality.json()["series"][0]["points"].size(), 4);
}

void ReachTest::bundlesAreReproduced() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    const QString document =
        place.write("study.ratescope", photographs(json::array({reach("bpp", {0.5})})).text());
    VERIFY_CODE(place.cli({"run", document}), 0);
    VERIFY_CODE(place.cli({"export", "bundle", "--library", "study.rslib", "-o", "bundle"}), 0);
    const Outcome again = place.cli({"reproduce", "bundle", "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["equal"], true);
    COMPARE_JSON(again.json()["bitstreams"]["bundled"], 2);
}

void ReachTest::killedAndGoneOn_data() {
    QTest::addColumn<double>("moment");
    for (const double moment : {0.2, 0.45, 0.7, 0.9})
        QTest::addRow("at %.2f", moment) << moment;
}

void ReachTest::killedAndGoneOn() {
    QFETCH(double, moment);
    static QByteArray undisturbed;
    static double seconds = 0;
    const QByteArray text = slowStudy().text();
    if (undisturbed.isEmpty()) {
        const Place whole;
        const Outcome outcome = whole.cli(
            {"run", whole.write("study.ratescope", text), "--library", "study.rslib", "--jobs", "2"});
        VERIFY_CODE(outcome, 0);
        undisturbed = lastingRows(whole, "study.rslib");
        seconds = outcome.seconds;
    }
    const Place place;
    const QStringList run = {
        "run", place.write("study.ratescope", text), "--library", "study.rslib", "--jobs", "2"};
    const QString library = place.path("study.rslib");
    {
        const auto process = place.start(run);
        QTest::qWait(static_cast<int>(1000 * seconds * moment));
        const QList<qint64> workers = childrenOf(process->processId());
        for (const qint64 worker : workers)
            sendSignal(worker, SIGKILL);
        sendSignal(process->processId(), SIGKILL);
        // On a busy machine it may have been faster than the run before.
        QVERIFY(process->state() == QProcess::NotRunning || process->waitForFinished(60'000));
    }
    // Streams and scores of probes that were committed are there as they were: none was made again.
    const QByteArray probes =
        "SELECT hex(task), seconds FROM stream UNION ALL SELECT hex(key), seconds FROM measurement WHERE "
        "state = 2";
    const auto before = QFile::exists(library) ? query(library, probes) : QList<QStringList>();
    VERIFY_CODE(place.cli(run), 0);
    const auto after = query(library, probes);
    for (const QStringList& probe : before)
        QVERIFY2(after.contains(probe), qPrintable(probe[0] + " was made again"));
    QCOMPARE(dishonesty(library), QByteArray());
    QVERIFY2(lastingRows(place, "study.rslib") == undisturbed, "the rows differ from the undisturbed run's");
}

QTEST_GUILESS_MAIN(ReachTest)
#include "reach_test.moc"
