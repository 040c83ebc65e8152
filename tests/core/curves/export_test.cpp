#include "core/curves/bd_table.h"
#include "core/curves/compressai.h"
#include "core/curves/csv.h"
#include "core/curves/json.h"
#include "core/curves/pgfplots.h"
#include "core/curves/points_table.h"
#include "core/curves/rd_plot.h"
#include "core/curves/table_plot.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/curves/sample_curves.h"
#include "tests/core/curves/schema_check.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <limits>

using namespace ratescope;
using namespace ratescope::curves;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const char* anchor = "jpeg/optimise=false";

nlohmann::json schema(const std::string& name) {
    std::ifstream file(std::filesystem::path(qgetenv("RATESCOPE_SOURCE").toStdString()) / "docs/schemas" /
                       (name + ".json"));
    return nlohmann::json::parse(file);
}

std::filesystem::path dataFolder() {
    const QByteArray named = qgetenv("RATESCOPE_DATA");
    if (!named.isEmpty()) return named.toStdString();
    return std::filesystem::path(qgetenv("RATESCOPE_SOURCE").toStdString()) / "../shared/data";
}

std::vector<BdComparison> comparisons() {
    std::vector<Curve> curves = sample::curves();
    std::vector<RatePoint> far = meanPoints(curves[0]);
    for (RatePoint& point : far)
        point.quality += 6;
    curves.push_back(sample::published(far));
    curves.push_back(sample::published({{1000, 1}, {2000, 2}}));
    curves.back().series = curves.back().title = "far_off & odd|name";
    return compareWithAnchor(curves, anchor);
}

}  // namespace

class ExportTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void curvesFitTheirSchema();
    void comparisonsFitTheirSchema();
    void pairFitsItsSchema();
    void bdTableAsText();
    void bdTableAsMarkdown();
    void bdTableAsLatexAndCsv();
    void bdTableOfGroups();
    void reachedValuesAreExported();
    void bdTableRefuses();
    void pointsStandSideBySide();
    void compressAiRoundTrip();
    void compressAiRefuses_data();
    void compressAiRefuses();
    void everyReferenceFileImports();
    void exportNeedsOneSeries();
    void pgfplotsSaysWhatTheSpecSays();
    void pgfplotsCompiles();
};

void ExportTest::initTestCase() {
    // Without ctest, from where the presets put the program: build/PRESET/tests.
    if (qEnvironmentVariableIsEmpty("RATESCOPE_SOURCE"))
        qputenv("RATESCOPE_SOURCE",
                QDir(QCoreApplication::applicationDirPath() + "/../../..").canonicalPath().toUtf8());
}

void ExportTest::curvesFitTheirSchema() {
    std::vector<Curve> curves = sample::curves();
    curves[0] = withBands(curves[0], {.resamples = 100});
    curves.push_back(sample::published({{1, 30}, {2, inf}}));
    const nlohmann::json document = jsonOfCurves(curves, true);
    QCOMPARE(SchemaCheck(schema("curves"))(document), std::string());
    QCOMPARE(document["series"][3]["points"][1]["y"], "inf");
    QCOMPARE(document["series"][0]["points"][0]["x"].get<double>(), curves[0].points[0].x);
    QCOMPARE(document["series"][0]["points"][0]["items"].size(), 6u);
    QCOMPARE(document["series"][0]["points"][0]["parameters"]["jpeg.quality"], "10");
    QVERIFY(!jsonOfCurves(curves)["series"][0]["points"][0].contains("items"));
    QCOMPARE(SchemaCheck(schema("curves"))(jsonOfCurves({})), std::string());
    nlohmann::json wrong = document;
    wrong["series"][0]["points"][0]["n"] = "six";
    QCOMPARE(SchemaCheck(schema("curves"))(wrong), std::string("$.series[0].points[0].n has another type"));
}

void ExportTest::comparisonsFitTheirSchema() {
    const nlohmann::json document = jsonOfComparisons(comparisons());
    QCOMPARE(SchemaCheck(schema("bd"))(document), std::string());
    QCOMPARE(document["anchor"], anchor);
    QCOMPARE(document["method"], "pchip");
    QVERIFY(std::abs(document["comparisons"][0]["bd_rate_percent"].get<double>() + 8) < 1e-9);
    QCOMPARE(document["comparisons"][2]["averaging"], "mean-curve");
    QVERIFY(document["comparisons"][3]["bd_rate_percent"].is_null());
    QCOMPARE(SchemaCheck(schema("bd"))(jsonOfComparisons({})), std::string());
}

void ExportTest::pairFitsItsSchema() {
    const RdCurve a{"a.csv", {{1, 30}, {2, 33}, {4, 36}, {8, 39}}},
        b{"b.csv", {{0.9, 60}, {1.8, 63}, {3.6, 66}, {7.2, 69}}};
    const nlohmann::json document = jsonOfPair(a, b, bjontegaardDelta(a, b));
    QCOMPARE(SchemaCheck(schema("bd-pair"))(document), std::string());
    QVERIFY(document["bd_rate_percent"].is_null() && document["bd_quality"].is_number());
    QCOMPARE(document["anchor"], "a.csv");
}

void ExportTest::bdTableAsText() {
    const std::string text = textOf(makeBdTable(comparisons()));
    const QStringList lines = QString::fromStdString(text).split('\n');
    QCOMPARE(lines[0], QString("Anchor: JPEG        BD-rate (%)  95 % interval  BD-PSNR (dB)  Overlap  n"));
    QVERIFY2(lines[1].startsWith("JPEG · optimise            -8.0    -8.0 … -8.0"), qPrintable(lines[1]));
    QVERIFY2(lines[1].endsWith("1.00   6"), qPrintable(lines[1]));
    QVERIFY2(lines[3].startsWith("VTM") && lines[3].endsWith("0.25†  –"), qPrintable(lines[3]));
    QVERIFY2(lines[4].startsWith("far_off & odd|name            –"), qPrintable(lines[4]));
    for (int i = 1; i <= 4; ++i)
        QCOMPARE(lines[i].size(), lines[0].size());
    QVERIFY(
        text.find("BD by PCHIP over log10 of the rate (bpp), anchor JPEG, per item and then the mean; with "
                  "published points, which have no items, of the mean curves.") != std::string::npos);
    QVERIFY(text.find("Interval: bootstrap over items, 10000 resamples, seed 1.") != std::string::npos);
    QVERIFY(text.find("† Overlap in quality below 0.75.") != std::string::npos);
    QVERIFY(text.find("far_off & odd|name: The curves") != std::string::npos);
}

void ExportTest::bdTableAsMarkdown() {
    const std::string text = markdownOf(makeBdTable(comparisons()));
    QVERIFY(text.starts_with(
        "| Anchor: JPEG | BD-rate (%) | 95 % interval | BD-PSNR (dB) | Overlap | n |\n| --- | ---: |"));
    QVERIFY(text.find("| far\\_off \\& odd\\|name | – |") != std::string::npos);
    QVERIFY(text.find("anchor JPEG") != std::string::npos);
}

void ExportTest::bdTableAsLatexAndCsv() {
    const BdTable table = makeBdTable(comparisons());
    const std::string latex = latexOf(table);
    QVERIFY(latex.find("JPEG $\\cdot$ optimise & $-$8.0 & $-$8.0 … $-$8.0 &") != std::string::npos);
    QVERIFY(latex.find("far\\_off \\& odd\\textbar{}name") != std::string::npos);
    QVERIFY(latex.find("0.25\\textdagger{}") != std::string::npos);
    const CsvTable csv = parseCsv(csvOf(table), "bd");
    QCOMPARE(csv.rows.size(), 4u);
    QCOMPARE(csv.rows[1][4], std::string("per-item"));
    QCOMPARE(csv.rows[2][4], std::string("mean-curve"));
    QVERIFY(std::abs(std::stod(csv.rows[0][8]) + 8) < 1e-9);
    QCOMPARE(csv.rows[0][13], std::string("6"));
}

void ExportTest::bdTableOfGroups() {
    CompareOptions options;
    for (int i = 0; i < 6; ++i)
        options.groups["kodim" + std::to_string(10 + i)] = i < 3 ? "a" : "b";
    options.groupedBy = "scene";
    const auto comparisons = compareWithAnchor(sample::curves(), anchor, options);
    const BdTable table = makeBdTable(comparisons);
    QCOMPARE(table.rows.size(), 6u);
    QCOMPARE(table.rows[0].title, std::string("JPEG · optimise"));
    QCOMPARE(table.rows[0].n, 6u);
    QCOMPARE(table.rows[1].title, std::string("JPEG · optimise · scene=a"));
    QCOMPARE(table.rows[5].n, 3u);
    QVERIFY(table.rows[5].overlap && *table.rows[5].overlap > 0.9);
    QVERIFY(textOf(table).find("\nWebP · scene=b ") != std::string::npos);
    QVERIFY(markdownOf(table).find("| WebP · scene=b | -24.0 |") != std::string::npos);
    QVERIFY(latexOf(table).find("WebP $\\cdot$ scene=b & $-$24.0 &") != std::string::npos);
    const CsvTable csv = parseCsv(csvOf(table), "bd");
    QCOMPARE(csv.header.back(), std::string("group"));
    QCOMPARE(csv.rows[3].back(), std::string());
    QCOMPARE(csv.rows[5].back(), std::string("b"));
    QCOMPARE(csv.rows[5][0], std::string("webp"));
    const nlohmann::json json = jsonOfComparisons(comparisons);
    QCOMPARE(SchemaCheck(schema("bd"))(json), std::string());
    QCOMPARE(json["grouped_by"], "scene");
    QCOMPARE(json["comparisons"][1]["groups"][1]["group"], "b");
    QCOMPARE(json["comparisons"][1]["groups"][1]["n"], 3);
    QVERIFY(parseCsv(csvOf(makeBdTable(::comparisons())), "bd").header.back() == "n");
}

void ExportTest::reachedValuesAreExported() {
    std::vector<SeriesInfo> series = sample::series();
    series[2].reaches = "webp.quality";
    std::vector<ItemPoint> items = sample::items(2);
    for (ItemPoint& item : items)
        if (item.series == "webp") {
            item.values = {{"target:bpp", item.values.front().second}};
            item.reached = ReachedValue{item.asset == "kodim10" ? 40.0 : 50.0, item.asset == "kodim10", true};
        }
    const std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), series, items);
    QVERIFY(!curves[0].points[0].reached);
    const ReachedValues& reached = curves[2].points[0].reached.value();
    QVERIFY(reached.mean == 45 && reached.least == 40 && reached.greatest == 50);
    QCOMPARE(reached.outside, 1u);
    const nlohmann::json json = jsonOfCurves(curves, true);
    QCOMPARE(SchemaCheck(schema("curves"))(json), std::string());
    QCOMPARE(json["series"][2]["points"][0]["reached"]["parameter"], "webp.quality");
    QCOMPARE(json["series"][2]["points"][0]["items"][1]["within_tolerance"], false);
    QVERIFY(!json["series"][0]["points"][0].contains("reached"));
    const CsvTable points = parseCsv(csvOfPoints(curves), "points");
    const auto cell = [](const CsvTable& table, std::size_t row, const std::string& column) {
        const auto found = std::find(table.header.begin(), table.header.end(), column);
        return found == table.header.end() ? "no column"
                                           : table.rows[row][std::size_t(found - table.header.begin())];
    };
    QCOMPARE(cell(points, 10, "reached_parameter"), std::string("webp.quality"));
    QCOMPARE(cell(points, 10, "reached"), std::string("45"));
    QCOMPARE(cell(points, 10, "outside_tolerance"), std::string("1"));
    QCOMPARE(cell(points, 10, "target:bpp"), std::string("10"));
    QCOMPARE(cell(points, 0, "reached"), std::string());
    const CsvTable rows = parseCsv(csvOfItems(curves), "items");
    QCOMPARE(cell(rows, 21, "reached"), std::string("50"));
    QCOMPARE(cell(rows, 21, "within_tolerance"), std::string("false"));
    // Parts of a curve have the values of their items.
    QCOMPARE(withItems(curves[2], std::vector<Item>{{"kodim11", 0}}).points[0].reached->mean, 50.0);
    QCOMPARE(parseCsv(csvOfPoints(sample::curves()), "points").header.size(), 12u);
}

void ExportTest::bdTableRefuses() {
    QVERIFY(messageOf([] { makeBdTable({}); }, ErrorKind::Usage).contains("nothing to compare"));
    std::vector<BdComparison> mixed = comparisons();
    mixed[1].options.method = BdMethod::Akima;
    QVERIFY(messageOf([&] { makeBdTable(mixed); }, ErrorKind::Usage).contains("differ"));
}

void ExportTest::pointsStandSideBySide() {
    std::vector<Curve> quality = sample::curves(6), time = sample::curves(6);
    for (Curve& curve : time) {
        curve.y = timeQuantity("time-encode", "Encoding time");
        for (Point& point : curve.points) {
            point.y = 0.0012 * point.y;
            point.n = 5;
        }
    }
    time[0].points.pop_back();
    quality[0].points[0].reached = ReachedValues{25.3333, 19, 40, 2, 0};
    quality[0].reaches = "jpeg.quality";
    quality.push_back(sample::published({{0.5, 30}}));
    const auto cells = cellsOfPoints(std::vector{quality, time});
    using Cells = std::vector<std::string>;
    QCOMPARE(cells.size(), 1u + 3 * 5 + 1);
    QCOMPARE(cells[0],
             (Cells{"Series", "Setting", "Found", "Missed", "bpp", "psnr-rgb (dB)", "time-encode (s)", "n"}));
    // Four digits of the smallest number of a column, five decimals at most.
    QCOMPARE(cells[1], (Cells{"JPEG", "quality=10", "quality=25.33 (19 … 40)", "2", "0.2250", "27.50",
                              "0.03300", "5–6"}));
    QCOMPARE(cells[5][2], std::string("—"));
    QCOMPARE(cells[5][6], std::string("—"));
    QCOMPARE(cells[5][7], std::string("6"));
    QCOMPARE(cells[16], (Cells{"VTM", "", "—", "—", "0.5000", "30.00", "—", "—"}));
    for (Curve& curve : time)
        curve.x = timeQuantity("time-decode", "Decoding time");
    const auto refused = [](const std::vector<std::vector<Curve>>& curves) {
        return messageOf([&] { cellsOfPoints(curves); }, ErrorKind::Usage);
    };
    QVERIFY(refused({quality, time}).contains("--x"));
    QVERIFY(refused({}).contains("no series"));
}

void ExportTest::compressAiRoundTrip() {
    const std::vector<Curve> curves = sample::curves();
    Curve ssim = curves[0];
    ssim.y.id = "ms-ssim";
    for (Point& point : ssim.points)
        point.y = 1 / (1 + point.x);
    const std::string text = compressAiText(tableOfSeries(std::vector<Curve>{curves[0], ssim}, "Kodak"));
    const ImportedTable table = parseCompressAi(text, "own.json");
    QCOMPARE(table.name, std::string("JPEG"));
    QCOMPARE(table.description, std::string("Kodak"));
    QCOMPARE(table.columns.size(), 3u);
    QCOMPARE(table.columns[0].first, std::string("bpp"));
    const Curve read = importedCurve(table, sample::bpp(), sample::psnr(), "own");
    QVERIFY(meanPoints(read) == meanPoints(curves[0]));
    QVERIFY(read.imported());
    const char* labelled =
        "{\"name\": \"a\", \"results\": {\"q\": [\"high\", \"low\"], \"bpp\": [2, 1], \"psnr-rgb\": [40, "
        "30]}}";
    const ImportedTable withLabels = parseCompressAi(labelled, "theirs.json");
    QCOMPARE(importedCurve(withLabels, sample::bpp(), sample::psnr(), "").points[0].values,
             (RowValues{{"q", "low"}}));
    QCOMPARE(parseCompressAi(compressAiText(withLabels), "again").labels, withLabels.labels);
    QCOMPARE(*table.column("ms-ssim"),
             (std::vector<double>{ssim.points[0].y, ssim.points[1].y, ssim.points[2].y, ssim.points[3].y,
                                  ssim.points[4].y}));
}

void ExportTest::compressAiRefuses_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray("") << "no JSON";
    QTest::newRow("truncated") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [1,") << "no JSON";
    QTest::newRow("list") << QByteArray("[1]") << "no object";
    QTest::newRow("no name") << QByteArray("{\"results\": {\"bpp\": [1]}}") << "no \"name\"";
    QTest::newRow("no results") << QByteArray("{\"name\": \"a\"}") << "no \"results\"";
    QTest::newRow("results no object")
        << QByteArray("{\"name\": \"a\", \"results\": [1]}") << "no \"results\"";
    QTest::newRow("no points") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": []}}") << "no point";
    QTest::newRow("no columns") << QByteArray("{\"name\": \"a\", \"results\": {}}") << "no point";
    QTest::newRow("lengths") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [1], \"psnr\": [1, 2]}}")
                             << "different lengths, 1 and 2";
    QTest::newRow("text") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [\"x\"]}}") << "no point";
    QTest::newRow("number and text") << QByteArray("{\"name\": \"a\", \"results\": {\"q\": [1, \"x\"]}}")
                                     << "not a finite number";
    QTest::newRow("labels of another length")
        << QByteArray("{\"name\": \"a\", \"results\": {\"q\": [\"x\"], \"bpp\": [1, 2]}}")
        << "different lengths, 2 and 1";
    QTest::newRow("null") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [null]}}")
                          << "not a finite number";
    QTest::newRow("NaN") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [NaN]}}") << "no JSON";
    QTest::newRow("beyond doubles") << QByteArray("{\"name\": \"a\", \"results\": {\"bpp\": [1e999]}}")
                                    << "no JSON";
    QTest::newRow("deep") << QByteArray(100000, '[') << "no JSON";
}

void ExportTest::compressAiRefuses() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const QString message = messageOf([&] { parseCompressAi(text.toStdString(), "theirs.json"); });
    QVERIFY2(message.contains(says) && message.startsWith("theirs.json"), qPrintable(message));
}

void ExportTest::everyReferenceFileImports() {
    const std::filesystem::path folder = dataFolder() / "reference";
    if (!std::filesystem::exists(folder)) {
        QVERIFY2(qgetenv("CI").isEmpty(), "CI has no data");
        QSKIP("skipped: no data");
    }
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        ++files;
        const ImportedTable table = readCompressAi(entry.path());
        const bool kodak = table.column("bpp") != nullptr;
        const std::string metric = table.column("psnr-rgb") != nullptr ? "psnr-rgb" : "ms-ssim-db-rgb";
        const Curve curve =
            importedCurve(table, importedQuantity(kodak ? "bpp" : "bitrate"), importedQuantity(metric), "");
        QVERIFY2(curve.points.size() >= 6, entry.path().c_str());
        QVERIFY2(std::abs(*bjontegaardDelta({"a", meanPoints(curve)}, {"a", meanPoints(curve)}).ratePercent) <
                     1e-12,
                 entry.path().c_str());
    }
    QCOMPARE(files, 55);
    const ImportedTable jpeg = readCompressAi(folder / "compressai-kodak/jpeg.json");
    QVERIFY(messageOf([&] {
                importedCurve(jpeg, importedQuantity("bpp"), importedQuantity("vmaf"), "");
            }).contains("psnr-rgb, ms-ssim-rgb, bpp"));
}

void ExportTest::exportNeedsOneSeries() {
    const std::vector<Curve> curves = sample::curves();
    QVERIFY(messageOf([&] { tableOfSeries(curves, ""); }, ErrorKind::Usage).contains("one series"));
    QVERIFY(messageOf([] { tableOfSeries({}, ""); }, ErrorKind::Usage).contains("no curve"));
    QVERIFY(messageOf([] {
                tableOfSeries(std::vector<Curve>{sample::published({{1, inf}})}, "");
            }).contains("infinite"));
}

void ExportTest::pgfplotsSaysWhatTheSpecSays() {
    std::vector<ItemPoint> items = sample::items(6);
    items.pop_back();
    std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    curves[0] = withBands(curves[0], {.resamples = 100});
    const PlotSpec spec = makeRdPlot(curves, {}, {.dataset = "Kodak_24", .anchor = anchor});
    const std::string tex = pgfplotsOf(spec, {.wholeDocument = false});
    const auto has = [&](const char* part) { return tex.find(part) != std::string::npos; };
    QVERIFY(has("\\definecolor{rsE69F00}{HTML}{E69F00}"));
    QVERIFY(has("ylabel={PSNR, RGB (dB)}"));
    QVERIFY(has("\\addlegendentry{\\hspace*{-0.6cm}Kodak\\_24, $n$ = 6}"));
    QVERIFY(has("\\addlegendentry{JPEG $\\cdot$ optimise}"));
    QVERIFY(has("dash pattern=on 3.60pt off 1.53pt"));
    QVERIFY(has("mark=triangle*, mark size=1.4pt, mark options={solid, fill=white}"));
    const std::size_t hollow = tex.find("fill=white}, forget plot] coordinates {");
    QVERIFY(hollow != std::string::npos);
    const std::string hollowPoints = tex.substr(hollow, tex.find('\n', hollow) - hollow);
    QCOMPARE(std::count(hollowPoints.begin(), hollowPoints.end(), '('), 1);
    QVERIFY(has("fill opacity=0.12"));
    QVERIFY(has("% PSNR, RGB (dB) against rate"));
    QVERIFY(!has("\\documentclass"));
    QVERIFY(tex.find("\n", tex.find("% ")) < tex.find("\\begin"));
}

void ExportTest::pgfplotsCompiles() {
    const QString compiler = QStandardPaths::findExecutable("pdflatex");
    if (compiler.isEmpty() || QProcess::execute("kpsewhich", {"pgfplots.sty"}) != 0)
        QSKIP("skipped: no pdflatex with pgfplots");
    std::vector<Curve> curves = sample::curves();
    for (Curve& curve : curves)
        curve = withBands(curve, {.resamples = 100});
    curves.push_back(sample::published({{0.01, 20}, {0.4, 33}, {0.8, 36}, {1600000, 39}}));
    curves.back().title = "a_b #1 \u2212 50 % & {x} ~^\\ \"q\" $";
    const std::vector<BdComparison> bd = compareWithAnchor(curves, anchor);
    const PlotTable table{"Parts & <more>",
                          {{"part", "", std::vector<std::string>{"codes, a", "sc]ales"}},
                           {"share", "%", std::vector<double>{90, -10}},
                           {"other", "%", std::vector<double>{50, 10}}}};
    const std::vector<std::pair<QString, PlotSpec>> specs = {
        {"rd", makeRdPlot(curves, bd,
                          {.title = "Title_1",
                           .dataset = "Kodak",
                           .anchor = anchor,
                           .xScale = Scale::Log,
                           .bdTable = true})},
        {"rcd", makeRcdPlot(curves, {.anchor = anchor})},
        {"bars", makeTablePlot(table, PlotView::Bars)},
        {"map", makeTablePlot(table, PlotView::HeatMap)}};
    QTemporaryDir folder;
    if (qEnvironmentVariableIsSet("RATESCOPE_KEEP")) folder.setAutoRemove(false);
    for (const auto& [name, spec] : specs) {
        const QString file = folder.filePath(name + ".tex");
        std::ofstream(file.toStdString(), std::ios::binary) << pgfplotsOf(spec);
        QProcess latex;
        latex.setWorkingDirectory(folder.path());
        latex.setProcessChannelMode(QProcess::MergedChannels);
        latex.start(compiler, {"-interaction=nonstopmode", "-halt-on-error", file});
        QVERIFY(latex.waitForFinished(60'000));
        const QByteArray log = latex.readAll();
        QVERIFY2(latex.exitCode() == 0, log.right(1500).constData());
        QVERIFY2(!log.contains("Missing character"), log.right(3000).constData());
        qInfo("%s", qPrintable(file));
    }
}

QTEST_GUILESS_MAIN(ExportTest)
#include "export_test.moc"
