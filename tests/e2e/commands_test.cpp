// The commands that run studies and show what came of them.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/rows.h"

#include <QDir>
#include <set>

using namespace e2e;
using nlohmann::json;

class CommandsTest : public QObject {
    Q_OBJECT

  private slots:
    void eachCommandHasHelpWithAnExample();
    void wrongCommandsAreRefused_data();
    void wrongCommandsAreRefused();
    void runsOnceOnly();
    void planSaysWhatRunWouldDo();
    void anAddedMeasureRunsNoItem();
    void aChangedSweepLeavesOrphans();
    void settingsAndSeedsReplaceTheDocuments();
    void timesAreMeasuredAlone();
    void studiesAreNamed();
    void jobsDoNotChangeRows();
    void reducedPicturesDivideByTheOriginalsPixels();
    void anExtractStageEncodesOnce();
    void noNodeUsesCuda();
    void curvesComeInEveryForm();
    void seriesAreComparedByBd();
    void filesAreComparedByBd();
    void publishedCurvesAreImported();
    void rowsAndTablesAreExported();
    void houseIsKept();
    void reconstructionsAreKept();
    void photographs();
};

namespace {

json ran(const Place& place, const QStringList& arguments) {
    const Outcome outcome = place.cli(QStringList{"run", "--json"} + arguments);
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
    const json result = outcome.json();
    if (const QByteArray fault = misfit(result, "run"); !fault.isEmpty())
        throw std::runtime_error(fault.toStdString());
    return result;
}

json planned(const Place& place, const QStringList& arguments) {
    const Outcome outcome = place.cli(QStringList{"plan", "--json"} + arguments);
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
    const json result = outcome.json();
    if (const QByteArray fault = misfit(result, "plan"); !fault.isEmpty())
        throw std::runtime_error(fault.toStdString());
    return result;
}

double number(const Row& row, const char* column) {
    return row.value(QString::fromLatin1(column)).toDouble();
}

const QStringList commandNames = {
    "run",      "plan",   "status",  "pause",    "resume",     "cancel",    "retry", "curves", "bd",
    "encode",   "decode", "measure", "tokenize", "perplexity", "generate",  "nodes", "import", "export",
    "annotate", "gc",     "du",      "delete",   "doctor",     "reproduce", "serve", "manual", "completion"};

}  // namespace

void CommandsTest::eachCommandHasHelpWithAnExample() {
    const Place place;
    const Outcome all = place.cli({"--help"});
    VERIFY_CODE(all, 0);
    for (const QString& name : commandNames) {
        QVERIFY2(all.output.contains("\n  " + name.toUtf8() + " "), all.said().constData());
        const Outcome help = place.cli({name, "--help"});
        VERIFY_CODE(help, 0);
        QVERIFY2(help.output.contains("Example"), name.toUtf8().constData());
        QVERIFY2(help.output.contains("\n  ratescope-cli " + name.toUtf8()), name.toUtf8().constData());
        QVERIFY2(help.errors.isEmpty(), help.said().constData());
    }
}

void CommandsTest::wrongCommandsAreRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no command") << QStringList{} << QByteArray("subcommand");
    QTest::newRow("unknown command") << QStringList{"rum"} << QByteArray("Did you mean \"run\"?");
    QTest::newRow("unknown option") << QStringList{"nodes", "--colour"} << QByteArray("--colour");
    QTest::newRow("no library") << QStringList{"status"} << QByteArray("--library");
    QTest::newRow("no document") << QStringList{"run"} << QByteArray("DOCUMENT");
    QTest::newRow("no jobs") << QStringList{"run", "x.ratescope", "--jobs", "0"} << QByteArray("--jobs");
    QTest::newRow("unknown node") << QStringList{"nodes", "image.jpg"} << QByteArray("image.jpeg");
    QTest::newRow("half of a pair") << QStringList{"bd", "--anchor-csv", "a.csv"} << QByteArray("--test-csv");
    QTest::newRow("no curves") << QStringList{"bd"} << QByteArray("--anchor");
    QTest::newRow("unknown format") << QStringList{"curves", "--library", "x", "--y", "y", "--format", "xml"}
                                    << QByteArray("--format");
}

void CommandsTest::wrongCommandsAreRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    const Place place;
    const Outcome outcome = place.cli(arguments);
    VERIFY_CODE(outcome, 2);
    QVERIFY2(outcome.output.isEmpty(), outcome.said().constData());
    QVERIFY2(outcome.errors.contains(says), outcome.said().constData());
    const Outcome asJson = place.cli(arguments + QStringList{"--json"});
    VERIFY_CODE(asJson, 2);
    VERIFY_FITS(asJson.json(), "error");
    COMPARE_JSON(asJson.json()["error"]["kind"], "usage");
}

void CommandsTest::runsOnceOnly() {
    const Place place;
    const QString document = place.write("study.ratescope", layersStudy("study", 3, 4).text());
    const json first = ran(place, {document, "--jobs", "2"});
    COMPARE_JSON(first["ranItems"], 12);
    COMPARE_JSON(first["ranMeasurements"], 12);
    COMPARE_JSON(first["items"]["done"], 12);
    COMPARE_JSON(first["library"], place.path("study.rslib").toStdString());
    const json second = ran(place, {document});
    COMPARE_JSON(second["ranItems"], 0);
    COMPARE_JSON(second["reusedItems"], 12);

    const Outcome text = place.cli({"run", document});
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("12 of 12 items done"), text.said().constData());
    const Outcome status = place.cli({"status", "--library", "study.rslib", "--json"});
    VERIFY_CODE(status, 0);
    QVERIFY2(status.errors.isEmpty(), status.said().constData());
    VERIFY_FITS(status.json(), "status");
    COMPARE_JSON(status.json()["measurements"]["done"], 12);
    QVERIFY2(dishonesty(place.path("study.rslib")).isEmpty(),
             dishonesty(place.path("study.rslib")).constData());
}

void CommandsTest::planSaysWhatRunWouldDo() {
    const Place place;
    const QString document = place.write("study.ratescope", jpegStudy("study", 2, {20, 50, 80, 95}).text());
    const json before = planned(place, {document});
    COMPARE_JSON(before["items"], json({{"total", 16}, {"new", 16}, {"reused", 0}, {"orphaned", 0}}));
    COMPARE_JSON(before["toRun"], 16);
    QVERIFY(before["estimate"]["seconds"].is_null());
    QCOMPARE(before["series"].size(), std::size_t{2});
    COMPARE_JSON(before["series"][0]["slug"], "jpeg/subsampling=4:2:0");
    QVERIFY(!place.has("study.rslib"));

    ran(place, {document});
    const json after = planned(place, {document});
    COMPARE_JSON(after["items"], json({{"total", 16}, {"new", 0}, {"reused", 16}, {"orphaned", 0}}));
    COMPARE_JSON(after["measurements"]["reused"], 16);
    COMPARE_JSON(after["toRun"], 0);
    const Outcome text = place.cli({"plan", document});
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("jpeg/subsampling=4:4:4"), text.said().constData());

    // A larger study of the same kind: what finished tells what it will take.
    const QString larger = place.write("study.ratescope", jpegStudy("study", 2, {10, 20, 50, 80, 95}).text());
    const json more = planned(place, {larger});
    COMPARE_JSON(more["items"], json({{"total", 20}, {"new", 4}, {"reused", 16}, {"orphaned", 0}}));
    COMPARE_JSON(more["toRun"], 4);
    QVERIFY(more["estimate"]["seconds"].is_number());
    QVERIFY(more["estimate"]["memory"].is_number());
    QVERIFY(more["estimate"]["bytes"].get<double>() > 0);
}

void CommandsTest::anAddedMeasureRunsNoItem() {
    const Place place;
    const std::string record = place.path("record").toStdString();
    Study study("study");
    study.node("noise", "test.noise", {{"count", 3}})
        .node("layers", "test.layers", {{"record", record}})
        .wire("noise.image", "layers.image")
        .sweep("layers", "layers", {2, 5})
        .set("candidates", {"layers.image"});
    const json bare = ran(place, {place.write("study.ratescope", study.text())});
    COMPARE_JSON(bare["ranItems"], 6);
    COMPARE_JSON(bare["measurements"]["done"], 0);
    const QByteArray encodings = place.read("record");

    study.measure("mse", "test.mse", "noise.image", "layers.image");
    const QString document = place.write("study.ratescope", study.text());
    const json plan = planned(place, {document});
    COMPARE_JSON(plan["items"], json({{"total", 6}, {"new", 0}, {"reused", 6}, {"orphaned", 0}}));
    COMPARE_JSON(plan["measurements"]["new"], 6);
    const json measured = ran(place, {document});
    COMPARE_JSON(measured["ranItems"], 0);
    COMPARE_JSON(measured["ranMeasurements"], 6);
    QCOMPARE(place.read("record"), encodings);

    study.measure("psnr", "measure.psnr", "noise.image", "layers.image");
    const json more = ran(place, {place.write("study.ratescope", study.text())});
    COMPARE_JSON(more["ranItems"], 0);
    COMPARE_JSON(more["ranMeasurements"], 6);
    QCOMPARE(place.read("record"), encodings);
}

void CommandsTest::aChangedSweepLeavesOrphans() {
    const Place place;
    const QString document = place.write("study.ratescope", layersStudy("study", 3, 4).text());
    ran(place, {document});
    place.write("study.ratescope", layersStudy("study", 3, 2).text());
    const json plan = planned(place, {document});
    COMPARE_JSON(plan["items"], json({{"total", 6}, {"new", 0}, {"reused", 6}, {"orphaned", 6}}));
    const json fewer = ran(place, {document});
    COMPARE_JSON(fewer["ranItems"], 0);
    COMPARE_JSON(fewer["items"]["done"], 6);
    // Kept, and taken back when the document asks for them again.
    place.write("study.ratescope", layersStudy("study", 3, 5).text());
    const json again = planned(place, {document});
    COMPARE_JSON(again["items"], json({{"total", 15}, {"new", 3}, {"reused", 12}, {"orphaned", 0}}));
    COMPARE_JSON(ran(place, {document})["ranItems"], 3);
}

void CommandsTest::settingsAndSeedsReplaceTheDocuments() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 2}})
        .node("random", "test.random")
        .node("layers", "test.layers")
        .wire("noise.image", "random.image")
        .wire("random.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image");
    const QString document = place.write("study.ratescope", study.text());
    COMPARE_JSON(ran(place, {document, "--seeds", "0..4"})["ranItems"], 10);
    std::set<QString> errors;
    for (const Row& row : rowsOf(exported(place, "study.rslib", "points")))
        if (row["metric"] == "test-mse" && row["asset"] == "0") errors.insert(row["value"]);
    QCOMPARE(errors.size(), std::size_t{5});

    COMPARE_JSON(ran(place, {document, "--library", "set.rslib", "--set", "layers.layers=8", "--set",
                             "random.amplitude=0"})["ranItems"],
                 2);
    for (const Row& row : rowsOf(exported(place, "set.rslib", "points")))
        if (row["metric"] == "test-mse") QCOMPARE(row["value"].toDouble(), 0.0);
    for (const char* seeds : {"5..3", "a..b", "", "0...4", "-1..2"})
        if (*seeds) VERIFY_CODE(place.cli({"plan", document, "--seeds", seeds}), 2);
    VERIFY_CODE(place.cli({"plan", document, "--set", "layers.layer=3"}), 2);
    VERIFY_CODE(place.cli({"plan", document, "--set", "layers.layers=many"}), 2);
}

void CommandsTest::timesAreMeasuredAlone() {
    const Place place;
    const QString document = place.write("study.ratescope", jpegStudy("study", 1, {30, 60}).text());
    ran(place, {document, "--time", "3", "--jobs", "2"});
    const QList<Row> rows = rowsOf(exported(place, "study.rslib", "items"));
    QCOMPARE(rows.size(), 4);
    for (const Row& row : rows) {
        QCOMPARE(row["timed"], QString("1"));
        QVERIFY(number(row, "encode_seconds") > 0);
        QVERIFY(number(row, "decode_seconds") > 0);
    }
    const Outcome curves =
        place.cli({"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--x", "time-encode"});
    VERIFY_CODE(curves, 0);
}

void CommandsTest::studiesAreNamed() {
    const Place place;
    const QString one = place.write("one.ratescope", layersStudy("one", 1, 2).text());
    const QString two = place.write("two.ratescope", layersStudy("two", 2, 2).text());
    ran(place, {one, "--library", "both.rslib"});
    // What the other study made already is taken from there.
    const json shared = ran(place, {two, "--library", "both.rslib"});
    COMPARE_JSON(shared["ranItems"], 2);
    COMPARE_JSON(shared["reusedItems"], 2);
    const QList<QStringList> commands = {{"status"},
                                         {"curves", "--y", "test-mse"},
                                         {"bd", "--anchor", "layers", "--y", "test-mse"},
                                         {"export"},
                                         {"delete"},
                                         {"annotate", "--tag", "x"}};
    for (const QStringList& command : commands) {
        const Outcome unnamed = place.cli(command + QStringList{"--library", "both.rslib"});
        VERIFY_CODE(unnamed, 2);
        QVERIFY2(unnamed.errors.contains("one") && unnamed.errors.contains("two"),
                 unnamed.said().constData());
        QVERIFY2(unnamed.errors.contains("--study"), unnamed.said().constData());
    }
    const Outcome named = place.cli({"status", "--library", "both.rslib", "--study", "two", "--json"});
    COMPARE_JSON(named.json()["items"]["done"], 4);
    VERIFY_CODE(place.cli({"status", "--library", "both.rslib", "--study", "three"}), 2);
}

void CommandsTest::jobsDoNotChangeRows() {
    const Place place;
    Study study = jpegStudy("study", 3, {10, 40, 90});
    study.node("random", "test.random")
        .wire("noise.image", "random.image")
        .node("layers", "test.layers")
        .wire("random.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image")
        .sweep("layers", "layers", {1, 3, 8})
        .set("seeds", {0, 1});
    const QString document = place.write("study.ratescope", study.text());
    ran(place, {document, "--library", "one.rslib", "--jobs", "1"});
    ran(place, {document, "--library", "two.rslib", "--jobs", "2"});
    const QByteArray rows = lastingRows(place, "one.rslib");
    QVERIFY(rows.count('\n') > 60);
    QCOMPARE(lastingRows(place, "two.rslib"), rows);
}

void CommandsTest::reducedPicturesDivideByTheOriginalsPixels() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 1}, {"size", 256}, {"model", "rgb"}})
        .node("reduce", "image.resize", {{"scale", 0.25}})
        .node("jpeg", "image.jpeg", {{"quality", 50}})
        .node("enlarge", "image.resize", {{"scale", 4}})
        .wire("noise.image", "reduce.image")
        .wire("reduce.image", "jpeg.image")
        .wire("jpeg.image", "enlarge.image")
        .measure("psnr", "measure.psnr", "noise.image", "enlarge.image");
    ran(place, {place.write("study.ratescope", study.text())});
    const QList<Row> rows = rowsOf(exported(place, "study.rslib", "points"));
    QVERIFY(!rows.isEmpty());
    for (const Row& row : rows) {
        QCOMPARE(row["count"], QString::number(256 * 192));
        QCOMPARE(number(row, "rate"), number(row, "bits") / (256 * 192));
    }
}

void CommandsTest::anExtractStageEncodesOnce() {
    const Place place;
    Study study = layersStudy("study", 2, 8);
    study.document["nodes"][1]["parameters"]["record"] = place.path("record").toStdString();
    const QString document = place.write("study.ratescope", study.text());
    COMPARE_JSON(ran(place, {document, "--jobs", "2"})["ranItems"], 16);
    QCOMPARE(place.read("record"), QByteArray("encoded\nencoded\n"));
    // Another budget on another day: the stream that is kept is extracted from.
    study.document["sweeps"][0]["rows"].push_back({12});
    COMPARE_JSON(ran(place, {place.write("study.ratescope", study.text())})["ranItems"], 2);
    QCOMPARE(place.read("record"), QByteArray("encoded\nencoded\n"));
}

void CommandsTest::noNodeUsesCuda() {
    const Place place;
    const QString document = place.write("study.ratescope", layersStudy("study", 1, 1).text());
    for (const char* device : {"cuda", "cuda:0"}) {
        const Outcome outcome = place.cli({"run", document, "--device", device});
        VERIFY_CODE(outcome, 2);
        QVERIFY2(outcome.errors.contains("No node of this document uses a CUDA device"),
                 outcome.said().constData());
    }
    VERIFY_CODE(place.cli({"run", document, "--device", "tpu"}), 2);
    VERIFY_CODE(place.cli({"run", document, "--device", "auto"}), 0);
    VERIFY_CODE(place.cli({"run", document, "--device", "cpu"}), 0);
}

void CommandsTest::curvesComeInEveryForm() {
    const Place place;
    ran(place, {place.write("study.ratescope", jpegStudy("study", 3, {20, 50, 80, 95}).text())});
    const QStringList command = {"curves", "--library", "study.rslib", "--y", "psnr-rgb"};
    const Outcome csv = place.cli(command);
    VERIFY_CODE(csv, 0);
    QVERIFY2(csv.errors.isEmpty(), csv.said().constData());
    const QList<Row> rows = rowsOf(csv.output);
    QCOMPARE(rows.size(), 8);
    for (const Row& row : rows) {
        QCOMPARE(row["n"], QString("3"));
        QVERIFY(number(row, "bpp") > 0.1 && number(row, "psnr-rgb") > 10);
        QVERIFY(number(row, "psnr-rgb_low") <= number(row, "psnr-rgb"));
        QVERIFY(number(row, "psnr-rgb_high") >= number(row, "psnr-rgb"));
    }
    const Outcome asJson = place.cli(command + QStringList{"--format", "json"});
    VERIFY_CODE(asJson, 0);
    VERIFY_FITS(asJson.json(), "curves");
    QCOMPARE(asJson.json()["series"].size(), std::size_t{2});
    VERIFY_CODE(place.cli(command + QStringList{"--format", "pgfplots", "-o", "rd.tex"}), 0);
    const QByteArray tex = place.read("rd.tex");
    QVERIFY2(tex.contains("\\begin{axis}") && tex.contains("\\end{tikzpicture}"), tex.constData());
    QCOMPARE(place.cli(command).output, csv.output);
    VERIFY_CODE(place.cli({"curves", "--library", "study.rslib", "--y", "bpp", "--x", "jpeg.quality"}), 0);
    const Outcome unknown = place.cli({"curves", "--library", "study.rslib", "--y", "ssim"});
    VERIFY_CODE(unknown, 2);
    QVERIFY2(unknown.errors.contains("psnr-rgb"), unknown.said().constData());
}

void CommandsTest::seriesAreComparedByBd() {
    const Place place;
    ran(place, {place.write("study.ratescope", jpegStudy("study", 2, {20, 50, 80, 95}).text())});
    const QStringList command = {"bd",  "--library", "study.rslib", "--anchor", "jpeg/subsampling=4:2:0",
                                 "--y", "psnr-rgb"};
    const Outcome asJson = place.cli(command + QStringList{"--json"});
    VERIFY_CODE(asJson, 0);
    VERIFY_FITS(asJson.json(), "bd");
    COMPARE_JSON(asJson.json()["comparisons"][0]["test"], "jpeg/subsampling=4:4:4");
    for (const char* format : {"text", "markdown", "latex", "csv"}) {
        const Outcome outcome = place.cli(command + QStringList{"--format", format});
        VERIFY_CODE(outcome, 0);
        QVERIFY2(outcome.output.contains("4:4:4"), outcome.said().constData());
    }
    for (const char* method : {"akima", "cubic"})
        VERIFY_CODE(place.cli(command + QStringList{"--method", method}), 0);
    VERIFY_CODE(place.cli(command + QStringList{"--average", "mean-curve"}), 0);
    VERIFY_CODE(place.cli(command + QStringList{"--hull"}), 0);
    const Outcome unknown =
        place.cli({"bd", "--library", "study.rslib", "--anchor", "jpeg", "--y", "psnr-rgb"});
    VERIFY_CODE(unknown, 2);
    QVERIFY2(unknown.errors.contains("jpeg/subsampling=4:2:0"), unknown.said().constData());
}

void CommandsTest::filesAreComparedByBd() {
    // Golden values of the README of FAU's bjontegaard package.
    const Place place;
    const QString anchor = place.write(
        "anchor.csv", "rate,quality\n9487.76,40.037\n4593.60,38.615\n2486.44,36.845\n1358.24,34.851\n");
    const QString test = place.write(
        "test.csv", "rate,quality\n9787.80,40.121\n4469.00,38.651\n2451.52,36.970\n1356.24,34.987\n");
    const QStringList command = {"bd", "--anchor-csv", anchor, "--test-csv", test};
    const Outcome asJson = place.cli(command + QStringList{"--json"});
    VERIFY_CODE(asJson, 0);
    const json result = asJson.json();
    VERIFY_FITS(result, "bd-pair");
    QVERIFY(std::abs(result["bd_rate_percent"].get<double>() + 4.4174853506) < 1e-9);
    QVERIFY(std::abs(result["bd_quality"].get<double>() - 0.1196927854) < 1e-9);
    const Outcome text = place.cli(command);
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("-4.4175") || text.output.contains("−4.4175"), text.said().constData());
}

void CommandsTest::publishedCurvesAreImported() {
    const Place place;
    ran(place, {place.write("study.ratescope", jpegStudy("study", 2, {20, 50, 80, 95}).text())});
    const QString csv = place.write("own.csv", "rate,quality\n0.5,20\n1,25\n2,28\n4,33\n");
    const Outcome own = place.cli({"import", "--library", "study.rslib", csv, "--title", "Own", "--citation",
                                   "A. Author, 2020", "--dataset", "noise"});
    VERIFY_CODE(own, 0);
    const Outcome curves = place.cli({"curves", "--library", "study.rslib", "--y", "psnr-rgb"});
    VERIFY_CODE(curves, 0);
    QVERIFY2(curves.output.contains("imported"), curves.said().constData());
    const Outcome compared = place.cli({"bd", "--library", "study.rslib", "--anchor",
                                        "jpeg/subsampling=4:2:0", "--y", "psnr-rgb", "--json"});
    VERIFY_CODE(compared, 0);
    VERIFY_FITS(compared.json(), "bd");
    QCOMPARE(compared.json()["comparisons"].size(), std::size_t{2});

    const QString data =
        qEnvironmentVariable("RATESCOPE_DATA", qEnvironmentVariable("RATESCOPE_SOURCE") + "/../shared/data");
    const QString published = data + "/reference/compressai-kodak/jpeg.json";
    if (!QFileInfo::exists(published)) {
        QVERIFY2(!qEnvironmentVariableIsSet("CI"), "the published curves are missing");
        QSKIP("skipped: no data");
    }
    const Outcome kodak = place.cli({"import", "--library", "kodak.rslib", published, "--dataset", "Kodak"});
    VERIFY_CODE(kodak, 0);
    QVERIFY2(kodak.output.contains("19 points"), kodak.said().constData());
    QVERIFY(place.has("kodak.rslib"));
}

void CommandsTest::rowsAndTablesAreExported() {
    const Place place;
    Study study = layersStudy("study", 2, 3);
    study.node("means", "test.mean");
    ran(place, {place.write("study.ratescope", study.text())});
    const QList<Row> points = rowsOf(exported(place, "study.rslib", "points"));
    QCOMPARE(points.size(), 2 * 3 * 2);
    QCOMPARE(rowsOf(exported(place, "study.rslib", "items")).size(), 6);
    const Outcome asJson =
        place.cli({"export", "--library", "study.rslib", "--format", "json", "--view", "points"});
    VERIFY_CODE(asJson, 0);
    const json table = asJson.json();
    QCOMPARE(table["rows"].size(), std::size_t{12});
    QCOMPARE(table["rows"][0].size(), table["columns"].size());
    VERIFY_CODE(place.cli({"export", "--library", "study.rslib", "-o", "points.csv"}), 0);
    QCOMPARE(rowsOf(place.read("points.csv")).size(), 12);

    const Outcome tables =
        place.cli({"export", "--library", "study.rslib", "--format", "tables", "-o", "tables"});
    VERIFY_CODE(tables, 0);
    QVERIFY2(tables.output.contains("means.means.csv"), tables.said().constData());
    const QList<Row> means = rowsOf(place.read("tables/means.means.csv"));
    QVERIFY(!means.isEmpty());
    VERIFY_CODE(place.cli({"export", "--library", "study.rslib", "-o", "nowhere/points.csv"}), 7);
}

void CommandsTest::houseIsKept() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 2}, {"size", 512}})
        .node("layers", "test.layers")
        .wire("noise.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image")
        .sweep("layers", "layers", {4, 8});
    const QString document = place.write("study.ratescope", study.text());
    ran(place, {document});
    const auto usage = [&] {
        const Outcome outcome = place.cli({"du", "--library", "study.rslib", "--json"});
        const QByteArray fault = misfit(outcome.json(), "du");
        if (!fault.isEmpty()) throw std::runtime_error(fault.toStdString());
        return outcome.json();
    };
    const json full = usage();
    QVERIFY(full["artefacts"].get<double>() > 2 * 512 * 384);
    COMPARE_JSON(full["orphaned"], 0);

    study.document["sweeps"][0]["rows"] = {{4}};
    ran(place, {place.write("study.ratescope", study.text())});
    QVERIFY(usage()["orphaned"].get<double>() > 0);
    VERIFY_CODE(place.cli({"gc", "--library", "study.rslib"}), 0);
    COMPARE_JSON(usage()["artefacts"], full["artefacts"]);
    const Outcome freed = place.cli({"gc", "--library", "study.rslib", "--orphaned"});
    VERIFY_CODE(freed, 0);
    QVERIFY2(freed.output.contains("iB freed"), freed.said().constData());
    QVERIFY(usage()["artefacts"].get<double>() < full["artefacts"].get<double>());
    COMPARE_JSON(ran(place, {document})["ranItems"], 0);
    QVERIFY2(dishonesty(place.path("study.rslib")).isEmpty(),
             dishonesty(place.path("study.rslib")).constData());

    VERIFY_CODE(place.cli({"annotate", "--library", "study.rslib", "--notes", "first look", "--tag", "draft",
                           "--tag", "old"}),
                0);
    VERIFY_CODE(place.cli({"annotate", "--library", "study.rslib", "--untag", "old"}), 0);
    QCOMPARE(query(place.path("study.rslib"), "SELECT notes, (SELECT group_concat(tag) FROM tag) FROM study"),
             (QList<QStringList>{{"first look", "draft"}}));

    VERIFY_CODE(place.cli({"delete", "--library", "study.rslib", "--study", "study"}), 0);
    VERIFY_CODE(place.cli({"gc", "--library", "study.rslib"}), 0);
    COMPARE_JSON(usage()["artefacts"], 0);
    const Outcome status = place.cli({"status", "--library", "study.rslib", "--json"});
    VERIFY_CODE(status, 0);
    VERIFY_FITS(status.json(), "status");
}

void CommandsTest::reconstructionsAreKept() {
    const Place place;
    Study study = jpegStudy("study", 2, {20, 80});
    study.set("keep_reconstructions", true);
    const QString document = place.write("study.ratescope", study.text());
    ran(place, {document, "--jobs", "2"});
    const auto usage = [&] {
        const Outcome outcome = place.cli({"du", "--library", "study.rslib", "--json"});
        const QByteArray fault = misfit(outcome.json(), "du");
        if (!fault.isEmpty()) throw std::runtime_error(fault.toStdString());
        return outcome.json();
    };
    COMPARE_JSON(usage()["reconstructions"], 8 * (13 + 64 * 48 * 3));
    // Each is what another process decodes from the item's stream.
    const QString library = place.path("study.rslib");
    for (const QStringList& row :
         query(library,
               "SELECT hex(data), (SELECT file FROM reconstruction AS r WHERE r.id = item.reconstruction) "
               "FROM item JOIN item_stream ON item_stream.item = item.id JOIN stream ON stream.task = "
               "item_stream.task JOIN artefact ON artefact.id = stream.artefact")) {
        place.write("stream.jpg", QByteArray::fromHex(row[0].toUtf8()));
        VERIFY_CODE(place.cli({"decode", "stream.jpg", "decoded.ppm"}), 0);
        QVERIFY(row[1].endsWith(".image.ppm"));
        QCOMPARE(place.read("study.rslib.files/reconstructions/" + row[1]), place.read("decoded.ppm"));
    }
    QVERIFY(exported(place, "study.rslib", "items").contains(".image.ppm"));
    COMPARE_JSON(ran(place, {document})["ranItems"], 0);
    // One that was lost is decoded again.
    const QDir folder(library + ".files/reconstructions");
    QVERIFY(QFile::remove(folder.filePath(folder.entryList(QDir::Files).first())));
    COMPARE_JSON(ran(place, {document})["ranItems"], 1);
    QCOMPARE(dishonesty(library), QByteArray());
    VERIFY_CODE(place.cli({"delete", "--library", "study.rslib"}), 0);
    COMPARE_JSON(usage()["reconstructions"], 0);
}

void CommandsTest::photographs() {
    Place place;
    NEED_PHOTOGRAPHS(place);
    Study study("photographs");
    study.node("photographs", "source.images", {{"files", "${RATESCOPE_SAMPLES}"}})
        .node("jpeg", "image.jpeg")
        .wire("photographs.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "photographs.image", "jpeg.image")
        .sweep("jpeg", "quality", {10, 50, 90})
        .sweep("jpeg", "subsampling", {"4:2:0", "4:4:4"});
    const QString document = place.write("photographs.ratescope", study.text());
    COMPARE_JSON(ran(place, {document, "--jobs", "2"})["ranItems"], 24);
    for (const Row& row : rowsOf(exported(place, "photographs.rslib", "items")))
        QVERIFY2(row["libraries"].contains("libjpeg-turbo") && row["libraries"].contains("libpng"),
                 qPrintable(row["libraries"]));
    const Outcome curves = place.cli({"curves", "--library", "photographs.rslib", "--y", "psnr-rgb"});
    VERIFY_CODE(curves, 0);
    double quality = 0;
    for (const Row& row : rowsOf(curves.output).mid(0, 3)) {
        QCOMPARE(row["n"], QString("4"));
        QVERIFY(number(row, "psnr-rgb") > quality);
        quality = number(row, "psnr-rgb");
    }
    QVERIFY(quality > 33 && quality < 50);
}

QTEST_GUILESS_MAIN(CommandsTest)
#include "commands_test.moc"
