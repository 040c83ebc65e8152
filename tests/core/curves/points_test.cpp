#include "core/curves/curve.h"
#include "core/curves/text.h"
#include "tests/core/curves/expect_error.h"

#include <QtTest>
#include <algorithm>
#include <clocale>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::curves;
using graph::Finish;
using graph::Pool;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

graph::Metric psnr(Pool pooling) {
    graph::Metric metric;
    metric.id = "psnr-rgb";
    metric.title = "PSNR, RGB";
    metric.unit = "dB";
    metric.finish = Finish::MinusDbRatio;
    metric.pool = pooling;
    return metric;
}

const Quantity bpp = rateQuantity(*findRate("bpp")->rate);
const Quantity meanPsnr = metricQuantity(psnr(Pool::MeanOfValues));
const std::vector<SeriesInfo> oneSeries = {
    {.slug = "jpeg", .title = "JPEG", .branch = "jpeg", .branchTitle = "JPEG"}};

ItemPoint item(const std::string& asset, const std::string& quality, double bits, double mse) {
    return {.series = "jpeg",
            .asset = asset,
            .seed = 0,
            .values = {{"jpeg.quality", quality}},
            .x = {bits, 100},
            .y = {mse, 1}};
}

}  // namespace

class PointsTest : public QObject {
    Q_OBJECT

  private slots:
    void finishes_data();
    void finishes();
    void refusesStatisticsWithoutValue();
    void pools();
    void ratesDivideByTheirCount();
    void quantitiesNameTheirAxis();
    void meanCurvePoolsAndSorts();
    void orderOfItemsDoesNotMatter();
    void missingItemsMarkThePoint();
    void infiniteItemsAreLeftOutOfBothMeans();
    void seriesKeepTheirPlaceInTheDocument();
    void itemPointsAreThoseOfTheItem();
    void refusesBadItems();
    void numbersAsText();
    void escapes();
};

void PointsTest::finishes_data() {
    QTest::addColumn<int>("how");
    QTest::addColumn<double>("s0");
    QTest::addColumn<double>("s1");
    QTest::addColumn<double>("value");
    QTest::newRow("ratio") << int(Finish::Ratio) << 3.0 << 4.0 << 0.75;
    QTest::newRow("perplexity") << int(Finish::ExpRatio) << 2.0 << 1.0 << std::exp(2.0);
    QTest::newRow("perplexity beyond doubles") << int(Finish::ExpRatio) << 1e4 << 1.0 << inf;
    QTest::newRow("root mean square") << int(Finish::SqrtRatio) << 18.0 << 2.0 << 3.0;
    QTest::newRow("PSNR") << int(Finish::MinusDbRatio) << 0.001 << 1.0 << 30.0;
    QTest::newRow("PSNR without error") << int(Finish::MinusDbRatio) << 0.0 << 1.0 << inf;
}

void PointsTest::finishes() {
    QFETCH(int, how);
    QFETCH(double, s0);
    QFETCH(double, s1);
    QFETCH(double, value);
    QCOMPARE(finish(static_cast<Finish>(how), s0, s1), value);
}

void PointsTest::refusesStatisticsWithoutValue() {
    for (const Statistic& bad : {Statistic{notANumber, 1}, Statistic{inf, 1}, Statistic{1, 0},
                                 Statistic{1, -1}, Statistic{1, notANumber}})
        for (const Finish how : {Finish::Ratio, Finish::ExpRatio, Finish::SqrtRatio, Finish::MinusDbRatio})
            QVERIFY(messageOf([&] { finish(how, bad.s0, bad.s1); }).contains("has no value"));
    QVERIFY(messageOf([] { finish(Finish::MinusDbRatio, -1, 1); }).contains("(-1, 1)"));
    QVERIFY(messageOf([] { finish(Finish::SqrtRatio, -1, 1); }).contains("(-1, 1)"));
    QCOMPARE(finish(Finish::Ratio, -1, 1), -1.0);
}

void PointsTest::pools() {
    const std::vector<Statistic> items = {{0.001, 1}, {0.1, 1}, {0, 1}};
    const Pooled mean = pool(Finish::MinusDbRatio, Pool::MeanOfValues, items);
    QCOMPARE(mean.value, 20.0);
    QCOMPARE(mean.n, 2u);
    QCOMPARE(mean.dropped, 1u);
    const Pooled ofMeanError = pool(Finish::MinusDbRatio, Pool::SumThenFinish, items);
    QCOMPARE(ofMeanError.value, -10 * std::log10(0.101 / 3));
    QCOMPARE(ofMeanError.n, 3u);
    const Pooled lossless = pool(Finish::MinusDbRatio, Pool::MeanOfValues, std::vector<Statistic>{{0, 1}});
    QVERIFY(lossless.value == inf && lossless.n == 0 && lossless.dropped == 1);
    QCOMPARE(pool(Finish::Ratio, Pool::NotPoolable, std::vector<Statistic>{{5, 1}}).value, 5.0);
    QVERIFY(messageOf([&] { pool(Finish::Ratio, Pool::NotPoolable, items); }, ErrorKind::Usage)
                .contains("one item"));
    QVERIFY(messageOf([] { pool(Finish::Ratio, Pool::MeanOfValues, {}); }).contains("no item"));
}

void PointsTest::ratesDivideByTheirCount() {
    const ItemBits bits{
        .bits = 800, .searchedBits = 600, .counts = {{"pixels", 400}, {"searched-weights", 200}}};
    const auto value = [&](const char* id) {
        const std::optional<Statistic> statistic = rateOf(*findRate(id)->rate, bits);
        return statistic ? finish(Finish::Ratio, statistic->s0, statistic->s1) : notANumber;
    };
    QCOMPARE(value("bpp"), 2.0);
    QCOMPARE(value("bpw-searched"), 3.0);
    QCOMPARE(value("bytes"), 100.0);
    QCOMPARE(value("bits"), 800.0);
    QVERIFY(std::isnan(value("bpw-all")));
    QCOMPARE(findRate("bpp@psnr-2")->node, std::string("psnr-2"));
    QVERIFY(!findRate("psnr-rgb"));
    QCOMPARE(allRates().size(), 5u);
    QVERIFY(evidenceFromText(toText(Evidence::Modelled)) == Evidence::Modelled);
    QVERIFY(!evidenceFromText("guessed"));
}

void PointsTest::quantitiesNameTheirAxis() {
    QCOMPARE(bpp.axisTitle, std::string("Rate (bit per pixel)"));
    QCOMPARE(bpp.title, std::string("Rate"));
    QCOMPARE(meanPsnr.axisTitle, std::string("PSNR, RGB (dB)"));
    QCOMPARE(metricQuantity(psnr(Pool::MeanOfValues), "psnr-2:psnr-rgb").id, std::string("psnr-2:psnr-rgb"));
    QCOMPARE(parameterQuantity("jpeg.quality", "Quality", "").axisTitle, std::string("Quality"));
    QCOMPARE(timeQuantity("time-encode", "Encoding time").axisTitle, std::string("Encoding time (s)"));
}

void PointsTest::meanCurvePoolsAndSorts() {
    const std::vector<ItemPoint> items = {item("b", "90", 400, 0.0001), item("a", "90", 200, 0.001),
                                          item("a", "10", 50, 0.1), item("b", "10", 150, 0.01)};
    const std::vector<Curve> curves = makeCurves(bpp, meanPsnr, oneSeries, items);
    QCOMPARE(curves.size(), 1u);
    const Curve& curve = curves.front();
    QCOMPARE(curve.points.size(), 2u);
    QCOMPARE(curve.points[0].x, 1.0);
    QCOMPARE(curve.points[0].y, 15.0);
    QCOMPARE(curve.points[0].values, (RowValues{{"jpeg.quality", "10"}}));
    QCOMPARE(curve.points[1].x, 3.0);
    QCOMPARE(curve.points[1].y, 35.0);
    QCOMPARE(curve.points[1].n, 2u);
    QVERIFY(!curve.points[1].incomplete());

    const std::vector<Curve> ofMeanError =
        makeCurves(bpp, metricQuantity(psnr(Pool::SumThenFinish)), oneSeries, items);
    QCOMPARE(ofMeanError.front().points[0].y, -10 * std::log10(0.055));
}

void PointsTest::orderOfItemsDoesNotMatter() {
    std::vector<ItemPoint> items;
    for (int i = 0; i < 50; ++i)
        items.push_back(item("asset" + std::to_string(i), "10", 100 + 0.1 * i, 0.01 / (1 + i)));
    const Curve forward = makeCurves(bpp, meanPsnr, oneSeries, items).front();
    std::reverse(items.begin(), items.end());
    const Curve backward = makeCurves(bpp, meanPsnr, oneSeries, items).front();
    QVERIFY(forward.points[0].x == backward.points[0].x && forward.points[0].y == backward.points[0].y);
    QCOMPARE(assetCount(forward), 50u);
}

void PointsTest::missingItemsMarkThePoint() {
    const std::vector<ItemPoint> items = {item("a", "10", 50, 0.1), item("a", "90", 200, 0.001),
                                          item("b", "90", 400, 0.0001)};
    const Curve curve = makeCurves(bpp, meanPsnr, oneSeries, items).front();
    QVERIFY(curve.points[0].incomplete());
    QCOMPARE(curve.points[0].n, 1u);
    QCOMPARE(curve.points[0].expected, 2u);
    QVERIFY(!curve.points[1].incomplete());

    std::vector<SeriesInfo> ofThree = oneSeries;
    ofThree.front().items = 3;
    QVERIFY(makeCurves(bpp, meanPsnr, ofThree, items).front().points[1].incomplete());
}

void PointsTest::infiniteItemsAreLeftOutOfBothMeans() {
    const std::vector<ItemPoint> items = {item("a", "90", 200, 0.001), item("b", "90", 800, 0),
                                          item("b", "100", 900, 0)};
    const Curve curve = makeCurves(bpp, meanPsnr, oneSeries, items).front();
    QCOMPARE(curve.points[0].x, 2.0);
    QCOMPARE(curve.points[0].y, 30.0);
    QCOMPARE(curve.points[0].n, 1u);
    QCOMPARE(curve.points[0].dropped, 1u);
    QVERIFY(!curve.points[0].incomplete());
    QVERIFY(curve.points[1].y == inf && curve.points[1].x == 9 && curve.points[1].n == 0);

    const Curve ofMeanError =
        makeCurves(bpp, metricQuantity(psnr(Pool::SumThenFinish)), oneSeries, items).front();
    QCOMPARE(ofMeanError.points[0].n, 2u);
    QCOMPARE(ofMeanError.points[0].y, -10 * std::log10(0.0005));
}

void PointsTest::seriesKeepTheirPlaceInTheDocument() {
    const std::vector<SeriesInfo> series = {
        {.slug = "webp", .title = "WebP", .branch = "webp", .branchTitle = "WebP"},
        {.slug = "jpeg/a", .title = "JPEG · a", .branch = "jpeg", .branchTitle = "JPEG"},
        {.slug = "jpeg", .title = "JPEG · b", .branch = "jpeg", .branchTitle = "JPEG"}};
    const std::vector<ItemPoint> items = {item("a", "90", 200, 0.001)};
    const std::vector<Curve> curves = makeCurves(bpp, meanPsnr, series, items);
    QCOMPARE(curves.size(), 1u);
    QCOMPARE(curves.front().branchIndex, 1u);
    QCOMPARE(curves.front().seriesIndex, 2u);
}

void PointsTest::itemPointsAreThoseOfTheItem() {
    const std::vector<ItemPoint> items = {item("b", "90", 400, 0.0001), item("a", "90", 200, 0.001),
                                          item("b", "10", 100, 0.1)};
    const Curve curve = makeCurves(bpp, meanPsnr, oneSeries, items).front();
    QCOMPARE(curve.items[1].asset, std::string("b"));
    QCOMPARE(itemPoints(curve, 1), (std::vector<RatePoint>{{1, 10}, {4, 40}}));
    QCOMPARE(itemPoints(curve, 0).size(), 1u);
}

void PointsTest::refusesBadItems() {
    const auto make = [](const std::vector<ItemPoint>& items) {
        return [items] { makeCurves(bpp, meanPsnr, oneSeries, items); };
    };
    const QString twice = messageOf(make({item("a", "90", 200, 0.1), item("a", "90", 300, 0.1)}));
    QVERIFY2(twice.contains("\"a\" has two measurements in \"jpeg\" at jpeg.quality=90"), qPrintable(twice));
    const QString bad = messageOf(make({item("a", "90", 200, notANumber)}));
    QVERIFY2(bad.contains("\"a\" in \"jpeg\" at jpeg.quality=90: The statistic (nan, 1)"), qPrintable(bad));
    ItemPoint stranger = item("a", "90", 200, 0.1);
    stranger.series = "jpeg-9";
    QVERIFY(messageOf(make({stranger})).contains("jpeg-9"));
    QVERIFY(makeCurves(bpp, meanPsnr, oneSeries, {}).empty());
}

void PointsTest::numbersAsText() {
    std::setlocale(LC_ALL, "de_DE.UTF-8");
    QCOMPARE(shortest(0.1), std::string("0.1"));
    QCOMPARE(shortest(1.0 / 3), std::string("0.3333333333333333"));
    QCOMPARE(shortest(-inf), std::string("-inf"));
    QCOMPARE(shortest(notANumber), std::string("nan"));
    QCOMPARE(fixed(-0.004, 2), std::string("0.00"));
    QCOMPARE(fixed(-0.006, 2), std::string("-0.01"));
    QCOMPARE(fixed(1e300, 1).size(), 303u);
    QCOMPARE(withMinusSign("-3.5e-7"), std::string("\u22123.5e\u22127"));
    QCOMPARE(*readNumber(" +2.5e3 "), 2500.0);
    QVERIFY(std::isnan(*readNumber("nan")));
    for (const char* text : {"", " ", "1,5", "1.5x", "0x10", "+-1", "one"})
        QVERIFY2(!readNumber(text), text);
}

void PointsTest::escapes() {
    QCOMPARE(
        latexEscaped("50 % of a_b & {c}\\d \u2212 ~#$^"),
        std::string(
            "50 \\% of a\\_b \\& \\{c\\}\\textbackslash{}d $-$ \\textasciitilde{}\\#\\$\\textasciicircum{}"));
    QCOMPARE(markdownEscaped("a|b*c_d\ne"), std::string("a\\|b\\*c\\_d e"));
    QCOMPARE(displayWidth("−3 dB"), 5u);
}

QTEST_APPLESS_MAIN(PointsTest)
#include "points_test.moc"
