#include "core/curves/caption.h"
#include "core/curves/legend.h"
#include "core/curves/rd_plot.h"
#include "core/curves/table_plot.h"
#include "core/curves/text.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/curves/sample_curves.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

using namespace ratescope;
using namespace ratescope::curves;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

QStringList labelsOf(const Ticks& ticks) {
    QStringList labels;
    for (const Tick& tick : ticks.major)
        labels.push_back(QString::fromStdString(tick.label));
    return labels;
}

const char* anchor = "jpeg/optimise=false";

}  // namespace

class PlotTest : public QObject {
    Q_OBJECT

  private slots:
    void ticks_data();
    void ticks();
    void ticksCoverTheDataAndStayFew();
    void ticksWithinKeepTheLimits();
    void ticksRefuse();
    void tickLabels();
    void stylesDiffer();
    void anchorIsBlackAndFirst();
    void plotHasWhatTheFigureNeeds();
    void lineIsTheInterpolantOfBd();
    void bandSurroundsTheLine();
    void brokenPointsAreNoted();
    void incompletePointsAreHollow();
    void limitsAreKept();
    void legendAvoidsThePoints();
    void whatALegendCoversIsCounted();
    void importedIsGreyAndCited();
    void parameterAxisIsJoinedStraight();
    void captionNamesEverything();
    void legendTitles();
    void plotRefuses();
    void relativeDifferencePlot();
    void aLogarithmicAxisHasItsPointsJoinedStraight();
    void linesOfATable();
    void barsOfATable();
    void heatMapOfATable();
    void tablesRefuse();
};

void PlotTest::ticks_data() {
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<bool>("log");
    QTest::addColumn<QString>("labels");
    QTest::newRow("PSNR") << 25.2 << 43.1 << false << "24 28 32 36 40 44";
    QTest::newRow("bits per pixel") << 0.0 << 2.41 << false << "0 0.5 1 1.5 2 2.5";
    QTest::newRow("MS-SSIM") << 0.9512 << 0.9987 << false << "0.95 0.96 0.97 0.98 0.99 1";
    QTest::newRow("close MS-SSIM") << 0.99812 << 0.99874 << false << "0.998 0.9982 0.9984 0.9986 0.9988";
    QTest::newRow("around zero") << -3.1 << 2.2 << false << "−4 −3 −2 −1 0 1 2 3";
    QTest::newRow("one value") << 30.0 << 30.0 << false << "27 28 29 30 31 32 33";
    QTest::newRow("zero") << 0.0 << 0.0 << false << "−1 −0.5 0 0.5 1";
    QTest::newRow("three decades") << 0.03 << 20.0 << true << "0.1 1 10";
    QTest::newRow("a decade") << 0.11 << 1.9 << true << "0.1 0.2 0.5 1 2";
    QTest::newRow("a third of a decade") << 1.1 << 1.9 << true << "1 1.2 1.4 1.6 1.8 2";
    QTest::newRow("many decades") << 1e-9 << 1e12 << true << "10⁻⁹ 10⁻⁶ 10⁻³ 10⁰ 10³ 10⁶ 10⁹ 10¹²";
}

void PlotTest::ticks() {
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(bool, log);
    QFETCH(QString, labels);
    QCOMPARE(labelsOf(niceTicks(low, high, log ? Scale::Log : Scale::Linear)).join(' '), labels);
}

void PlotTest::ticksCoverTheDataAndStayFew() {
    Resampler random(1);
    for (const std::size_t draw : random.draw(2000, 1'000'000)) {
        const double low =
            std::pow(10.0, static_cast<double>(draw % 13) - 6) * static_cast<double>(1 + draw % 97);
        const double high = low * (1 + static_cast<double>(1 + draw % 1009) / 300);
        for (const Scale scale : {Scale::Linear, Scale::Log}) {
            const Ticks ticks = niceTicks(low, high, scale);
            QVERIFY(ticks.low <= low * (1 + 1e-9) && ticks.high >= high * (1 - 1e-9));
            QVERIFY(ticks.major.size() >= 2 && ticks.major.size() <= 12);
            std::set<std::string> labels;
            for (const Tick& tick : ticks.major) {
                QVERIFY(tick.value >= ticks.low && tick.value <= ticks.high);
                QVERIFY2(labels.insert(tick.label).second, tick.label.c_str());
                const std::optional<double> read = readNumber(tick.label);
                if (read) QVERIFY(*read == tick.value);
            }
        }
    }
}

void PlotTest::ticksWithinKeepTheLimits() {
    const Ticks ticks = ticksWithin(24.5, 43, Scale::Linear);
    QVERIFY(ticks.low == 24.5 && ticks.high == 43);
    QCOMPARE(labelsOf(ticks).join(' '), QString("28 32 36 40"));
    QVERIFY(niceTicks(0.1, 3, Scale::Log).minor.size() > 5);
}

void PlotTest::ticksRefuse() {
    QVERIFY(messageOf([] { niceTicks(0, 1, Scale::Log); }).contains("logarithmic axis can't begin at 0"));
    QVERIFY(messageOf([] { niceTicks(2, 1, Scale::Linear); }).contains("from 2 to 1"));
    QVERIFY(messageOf([] { niceTicks(0, inf, Scale::Linear); }).contains("inf"));
    QVERIFY(messageOf([] { niceTicks(std::nan(""), 1, Scale::Linear); }).contains("nan"));
}

void PlotTest::tickLabels() {
    QCOMPARE(tickLabel(0.1 + 0.2), std::string("0.3"));
    QCOMPARE(tickLabel(100000), std::string("100000"));
    QCOMPARE(tickLabel(2.5e6), std::string("2.5·10⁶"));
    QCOMPARE(tickLabel(-1e-7), std::string("−10⁻⁷"));
}

void PlotTest::stylesDiffer() {
    std::set<std::pair<Marker, std::vector<double>>> forms;
    for (std::size_t i = 0; i < mostSeries; ++i)
        forms.insert({seriesStyle(i, i).marker, seriesStyle(i, i).dash});
    QCOMPARE(forms.size(), mostSeries);
    forms.clear();
    for (std::size_t i = 0; i < mostSeries; ++i)
        forms.insert({importedStyle(i).marker, importedStyle(i).dash});
    QCOMPARE(forms.size(), mostSeries);
    std::set<std::string> colours;
    for (std::size_t i = 0; i < 7; ++i)
        colours.insert(seriesStyle(i, 0).colour.hex());
    QCOMPARE(colours.size(), 7u);
    QVERIFY(!colours.contains("F0E442"));
    QCOMPARE(seriesStyle(0, 0).colour.hex(), std::string("000000"));
    QCOMPARE(seriesStyle(1, 0).colour.hex(), std::string("E69F00"));
    QVERIFY(seriesStyle(7, 7).colour == seriesStyle(0, 0).colour && seriesStyle(7, 7) != seriesStyle(0, 0));
}

void PlotTest::anchorIsBlackAndFirst() {
    const std::vector<Curve> curves = sample::curves();
    const PlotSpec spec = makeRdPlot(curves, {}, {.anchor = "webp"});
    QCOMPARE(spec.series[0].series, std::string("webp"));
    QVERIFY(spec.series[0].role == SeriesRole::Anchor);
    QCOMPARE(spec.series[0].style.colour.hex(), std::string("000000"));
    QVERIFY(spec.series[0].style.marker == Marker::Circle && spec.series[0].style.dash.empty());
    QCOMPARE(spec.series[1].style.colour.hex(), std::string("E69F00"));
    QVERIFY(spec.series[1].style.colour == spec.series[2].style.colour);
    QVERIFY(spec.series[1].style.marker != spec.series[2].style.marker);
    // A series keeps its look when another is hidden.
    const std::vector<Curve> fewer = {curves[0], curves[2]};
    QVERIFY(makeRdPlot(fewer, {}, {.anchor = anchor}).series[1].style ==
            makeRdPlot(curves, {}, {.anchor = anchor}).series[2].style);
}

void PlotTest::plotHasWhatTheFigureNeeds() {
    std::vector<Curve> curves = sample::curves();
    for (Curve& curve : curves)
        curve = withBands(curve, {.resamples = 200});
    const PlotSpec spec = makeRdPlot(curves, compareWithAnchor(curves, anchor),
                                     {.dataset = "Kodak", .anchor = anchor, .bdTable = true});
    QCOMPARE(spec.x.title, std::string("Rate (bit per pixel)"));
    QCOMPARE(spec.y.title, std::string("PSNR, RGB (dB)"));
    QCOMPARE(spec.x.ticks.low, 0.0);
    QCOMPARE(spec.legend.title, std::string("Kodak, n = 6"));
    QCOMPARE(spec.series[0].points.size(), 5u);
    QCOMPARE(spec.series[0].points[0].label, std::string("quality=10"));
    QVERIFY(spec.series[0].points[0].interval);
    QCOMPARE(spec.bdTable->rows.size(), 2u);
    QVERIFY(spec.notes.empty());
    QVERIFY(!makeRdPlot(curves, {}, {.bands = false}).series[0].points[0].interval);
}

void PlotTest::lineIsTheInterpolantOfBd() {
    const std::vector<Curve> curves = sample::curves();
    const PlotSeries series = makeRdPlot(curves, {}).series[0];
    QCOMPARE(series.line,
             sampledInterpolant({"", meanPoints(curves[0])}, BdMethod::Pchip, series.line.size()));
    const PlotSeries straight = makeRdPlot(curves, {}, {.line = LineKind::Straight}).series[0];
    QCOMPARE(straight.line, meanPoints(curves[0]));
    QVERIFY(makeRdPlot(curves, {}, {.line = LineKind::None}).series[0].line.empty());
}

void PlotTest::bandSurroundsTheLine() {
    const Curve curve = withBands(sample::curves()[0], {.resamples = 200});
    const PlotSeries series = makeRdPlot(std::vector<Curve>{curve}, {}).series[0];
    QCOMPARE(series.band.size(), series.line.size());
    for (std::size_t i = 0; i < series.line.size(); ++i) {
        QCOMPARE(series.band[i].x, series.line[i].rate);
        QVERIFY(series.band[i].low < series.line[i].quality && series.line[i].quality < series.band[i].high);
    }
    QCOMPARE(series.band.back().high - series.line.back().quality,
             curve.points.back().interval->high - curve.points.back().y);
    const PlotSeries straight =
        makeRdPlot(std::vector<Curve>{curve}, {}, {.line = LineKind::Straight}).series[0];
    QCOMPARE(straight.band.size(), 5u);
    QCOMPARE(straight.band[2].low, curve.points[2].interval->low);
}

void PlotTest::brokenPointsAreNoted() {
    std::vector<ItemPoint> items = sample::items(2);
    for (ItemPoint& item : items) {
        if (item.series != "webp" && item.values.front().second == "90") item.y.s0 = 0;
        if (item.series == "webp" && item.values.front().second == "50") item.y.s0 = 0.1;
    }
    items.front().y.s0 = 0;
    const std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    const PlotSpec spec = makeRdPlot(curves, {});
    QCOMPARE(spec.series[0].points.size(), 4u);
    QCOMPARE(spec.notes[0], std::string("JPEG: 1 point of infinite PSNR, RGB not drawn."));
    QCOMPARE(spec.notes[1], std::string("JPEG: 1 item of infinite PSNR, RGB left out of the means."));
    QCOMPARE(spec.notes.back(),
             std::string("WebP is not monotone: its points are joined by straight lines."));
    QVERIFY(QString::fromStdString(spec.caption).endsWith("joined by straight lines."));
}

void PlotTest::incompletePointsAreHollow() {
    std::vector<ItemPoint> items = sample::items(3);
    items.pop_back();
    const std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    const PlotSpec spec = makeRdPlot(curves, {});
    QVERIFY(spec.series[2].points.back().incomplete && !spec.series[2].points.front().incomplete);
    QVERIFY(QString::fromStdString(spec.caption).contains("Hollow markers: items still missing."));
}

void PlotTest::limitsAreKept() {
    const PlotSpec spec =
        makeRdPlot(sample::curves(), {},
                   {.xScale = Scale::Log, .xLimits = Interval{0.1, 3}, .yLimits = Interval{20, 50}});
    QVERIFY(spec.x.ticks.low == 0.1 && spec.x.ticks.high == 3 && spec.y.ticks.low == 20 &&
            spec.y.ticks.high == 50);
    QVERIFY(spec.x.scale == Scale::Log);
}

void PlotTest::legendAvoidsThePoints() {
    QVERIFY(makeRdPlot(sample::curves(), {}).legend.corner == Corner::BottomRight);
    const Curve falling = sample::published({{1, 40}, {2, 30}, {3, 24}, {4, 21}, {5, 20}});
    QVERIFY(makeRdPlot(std::vector<Curve>{falling}, {}).legend.corner == Corner::TopRight);
    // What the limits cut off is not drawn and takes no room: a corner is free that was not.
    const Curve rising = sample::published({{1, 20}, {2, 30}, {3, 36}, {4, 39}, {5, 40}});
    QVERIFY(makeRdPlot(std::vector<Curve>{rising}, {}).legend.corner == Corner::BottomRight);
    const RdPlotOptions low{.xLimits = Interval{0, 10}, .yLimits = Interval{39.5, 60}};
    QVERIFY(makeRdPlot(std::vector<Curve>{falling}, {}, low).legend.corner == Corner::BottomRight);
    QVERIFY(makeRdPlot(sample::curves(), {}, {.corner = Corner::TopLeft}).legend.corner == Corner::TopLeft);
    QVERIFY(makeRcdPlot(sample::curves(), {.anchor = anchor, .corner = Corner::BottomLeft}).legend.corner ==
            Corner::BottomLeft);
}

void PlotTest::whatALegendCoversIsCounted() {
    const Curve falling = sample::published({{1, 40}, {2, 30}, {3, 24}, {4, 21}, {5, 20}});
    const PlotSpec spec = makeRdPlot(std::vector<Curve>{falling}, {});
    QCOMPARE(leastCovered(spec, 0.3, 0.3).covered, std::size_t{0});
    QVERIFY(leastCovered(spec, 0.3, 0.3).corner == Corner::TopRight);
    // As large as the plot it covers all of the points and of the line, in whichever corner.
    QVERIFY(leastCovered(spec, 1.01, 1.01).covered + 2 >=
            spec.series.front().points.size() + spec.series.front().line.size());
    QVERIFY(leastCovered(spec, 0.9, 0.5).covered > 0);
    QVERIFY(!spec.legend.isChosen);
    QVERIFY(makeRdPlot(sample::curves(), {}, {.corner = Corner::TopLeft}).legend.isChosen);
}

void PlotTest::importedIsGreyAndCited() {
    std::vector<Curve> curves = sample::curves();
    curves.insert(curves.begin(), sample::published({{0.2, 30}, {0.4, 33}, {0.8, 36}, {1.6, 39}}));
    const PlotSpec spec = makeRdPlot(curves, {}, {.anchor = anchor});
    QCOMPARE(spec.series.back().title, std::string("VTM"));
    QVERIFY(spec.series.back().role == SeriesRole::Imported);
    QCOMPARE(spec.series.back().style.colour.hex(), std::string("808080"));
    QVERIFY(!spec.series.back().style.dash.empty());
    QVERIFY(QString::fromStdString(spec.caption).contains("VTM: published points, CompressAI."));
}

void PlotTest::parameterAxisIsJoinedStraight() {
    std::vector<Curve> curves = sample::curves();
    for (Curve& curve : curves)
        curve.x = parameterQuantity("jpeg.quality", "Quality", "");
    const PlotSpec spec = makeRdPlot(curves, {});
    QCOMPARE(spec.series[0].line.size(), 5u);
    QVERIFY(spec.notes.empty());
}

void PlotTest::captionNamesEverything() {
    std::vector<Curve> curves = sample::curves();
    for (Curve& curve : curves)
        curve = withBands(curve, {});
    const std::vector<BdComparison> comparisons = compareWithAnchor(curves, anchor);
    const QString caption = QString::fromStdString(composeCaption(curves, comparisons, "Kodak", {}, {}));
    QCOMPARE(caption, QString("PSNR, RGB (dB) against rate (bit per pixel) on Kodak, n = 6: each point is "
                              "the mean over the items on both axes. "
                              "Bands: 95\u202f% bootstrap over items, 10\u202f000 resamples, seed 1. "
                              "BD numbers against the anchor JPEG by PCHIP over each pair's overlap, per "
                              "item and then the mean. "
                              "Overlap in quality: JPEG · optimise 1.00, WebP 1.00."));
    const std::vector<Curve> sums = makeCurves(sample::bpp(), sample::psnr(graph::Pool::SumThenFinish),
                                               sample::series(), sample::items(2));
    QVERIFY(QString::fromStdString(composeCaption(sums, {}, "", {}, {}))
                .contains("summed statistics of all items, over their mean rate."));
}

void PlotTest::legendTitles() {
    QCOMPARE(legendTitle(sample::curves(6, 2), "Kodak"), std::string("Kodak, n = 6, 2 seeds"));
    QCOMPARE(legendTitle(std::vector<Curve>{sample::published({{1, 2}})}, "Kodak"), std::string("Kodak"));
    const std::vector<Curve> mixed = {sample::curves(4)[0], sample::curves(6)[1]};
    QCOMPARE(legendTitle(mixed, ""), std::string("n = 4–6"));
}

void PlotTest::plotRefuses() {
    QVERIFY(messageOf([] { makeRdPlot({}, {}); }, ErrorKind::Usage).contains("no series"));
    const std::vector<Curve> many(15, sample::curves()[0]);
    QVERIFY(messageOf([&] { makeRdPlot(many, {}); }, ErrorKind::Usage).contains("15 series"));
    QVERIFY(messageOf([] { makeRdPlot(sample::curves(), {}, {.anchor = "x"}); }, ErrorKind::Usage)
                .contains("\"x\""));
    std::vector<Curve> mixed = sample::curves();
    mixed[1].x.id = "bytes";
    QVERIFY(messageOf([&] { makeRdPlot(mixed, {}); }, ErrorKind::Usage).contains("different axes"));
    const std::vector<Curve> lossless = {sample::published({{1, inf}})};
    QVERIFY(messageOf([&] { makeRdPlot(lossless, {}); }).contains("No series has a point"));
}

void PlotTest::relativeDifferencePlot() {
    const PlotSpec spec = makeRcdPlot(sample::curves(), {.anchor = anchor});
    QCOMPARE(spec.x.title, std::string("Rate difference (%)"));
    QCOMPARE(spec.series.size(), 3u);
    QVERIFY(spec.series[0].line.front().rate == 0 && spec.series[0].line.back().rate == 0);
    for (const RatePoint& point : spec.series[1].line)
        QVERIFY(std::abs(point.rate + 8) < 1e-6);
    QVERIFY(
        messageOf([] { makeRcdPlot(sample::curves(), {}); }, ErrorKind::Usage).contains("needs an anchor"));
}

void PlotTest::aLogarithmicAxisHasItsPointsJoinedStraight() {
    // Perplexities. The interpolant of BD would rise like a wall at the second point.
    Curve curve = sample::curves()[0];
    curve.points.resize(4);
    const double rates[] = {3, 4.5, 9, 16}, qualities[] = {2e6, 55688, 869, 203};
    for (std::size_t i = 0; i < 4; ++i) {
        curve.points[i].x = rates[i];
        curve.points[i].y = qualities[i];
    }
    const PlotSpec spec = makeRdPlot(std::vector<Curve>{curve}, {}, {.yScale = Scale::Log});
    QCOMPARE(spec.series[0].line, meanPoints(curve));
    // One way of writing numbers on an axis.
    std::string labels;
    for (const Tick& tick : spec.y.ticks.major)
        labels += tick.label + " ";
    QCOMPARE(labels, std::string("10³ 10⁴ 10⁵ 10⁶ "));
}

void PlotTest::linesOfATable() {
    const PlotTable table{"Layers",
                          {{"layer", "", std::vector<double>{2, 0, 1}},
                           {"error", "dB", std::vector<double>{3, 1, inf}},
                           {"bound", "dB", std::vector<double>{4, 2, 3}},
                           {"name", "", std::vector<std::string>{"c", "a", "b"}}}};
    const PlotSpec spec = makeTablePlot(table, PlotView::Line);
    QCOMPARE(spec.x.title, std::string("layer"));
    QCOMPARE(spec.y.title, std::string("dB"));
    QCOMPARE(spec.series[1].line, (std::vector<RatePoint>{{0, 2}, {1, 3}, {2, 4}}));
    QCOMPARE(spec.series[0].points.back().label, std::string("c"));
    QCOMPARE(spec.notes, std::vector<std::string>{"error: 1 cell without a finite number not drawn."});
    QVERIFY(makeTablePlot(table, PlotView::Scatter).series[0].line.empty());
}

void PlotTest::barsOfATable() {
    const PlotTable table{"Parts",
                          {{"part", "", std::vector<std::string>{"codes", "scales"}},
                           {"share", "%", std::vector<double>{90, 10}}}};
    const PlotSpec spec = makeTablePlot(table, PlotView::Bars);
    QVERIFY(spec.view == PlotView::Bars && !spec.legend.shown);
    QCOMPARE(spec.categories.size(), 2u);
    PlotTable two = table;
    two.columns.push_back({"other", "%", std::vector<double>{20, 80}});
    QVERIFY(makeTablePlot(two, PlotView::Bars).legend.shown);
    two.columns[1].cells = std::vector<double>{10, 90};
    QVERIFY(makeTablePlot(two, PlotView::Bars).legend.corner == Corner::TopLeft);
    QCOMPARE(labelsOf(spec.x.ticks).join(' '), QString("codes scales"));
    QCOMPARE(spec.y.title, std::string("share (%)"));
    QVERIFY(spec.y.ticks.low == 0 && spec.y.ticks.high >= 90);
}

void PlotTest::heatMapOfATable() {
    const PlotTable table{"Correlation",
                          {{"metric", "", std::vector<std::string>{"a", "b"}},
                           {"a", "", std::vector<double>{1, 0.5}},
                           {"b", "", std::vector<double>{inf, 1}}}};
    const PlotSpec spec = makeTablePlot(table, PlotView::HeatMap);
    QCOMPARE(spec.heatMap->columns, (std::vector<std::string>{"a", "b"}));
    QCOMPARE(spec.heatMap->values[2], 0.5);
    QVERIFY(std::isnan(spec.heatMap->values[1]));
    QVERIFY(spec.heatMap->low == 0.5 && spec.heatMap->high == 1);
}

void PlotTest::tablesRefuse() {
    const auto refusal = [](const PlotTable& table, PlotView view) {
        return messageOf([&] { makeTablePlot(table, view); });
    };
    const std::vector<double> two = {1, 2};
    QVERIFY(refusal({"t", {}}, PlotView::Line).contains("no rows"));
    QVERIFY(refusal({"t", {{"a", "", two}}}, PlotView::Line).contains("too few columns"));
    QVERIFY(refusal({"t", {{"a", "", two}}}, PlotView::Bars).contains("no column of texts"));
    QVERIFY(refusal({"t", {{"a", "", two}, {"b", "", std::vector<double>{1}}}}, PlotView::Line)
                .contains("different lengths"));
    const std::vector<std::string> names = {"x", "y"};
    QVERIFY(refusal({"t", {{"n", "", names}, {"a", "dB", two}, {"b", "%", two}}}, PlotView::HeatMap)
                .contains("different units"));
    QVERIFY(
        refusal({"t", std::vector<TableColumn>(16, {"a", "", two})}, PlotView::Line).contains("15 columns"));
}

QTEST_APPLESS_MAIN(PlotTest)
#include "plot_test.moc"
