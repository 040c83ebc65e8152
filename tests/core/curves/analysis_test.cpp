#include "core/curves/bootstrap.h"
#include "core/curves/compare.h"
#include "core/curves/correlation.h"
#include "core/curves/hull.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/curves/sample_curves.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace ratescope;
using namespace ratescope::curves;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

bool near(double actual, double expected, double tolerance) {
    if (std::abs(actual - expected) <= tolerance) return true;
    qWarning("%.17g is not %.17g to %g", actual, expected, tolerance);
    return false;
}

using Indices = std::vector<std::size_t>;

}  // namespace

class AnalysisTest : public QObject {
    Q_OBJECT

  private slots:
    void resamplerIsFairAndFixed();
    void percentilesAreNumPys();
    void bootstrapOfAMean();
    void bootstrapNeedsTwoAndToleratesFewGaps();
    void bandsCoverTheMean();
    void bandsOfSummedStatistics();
    void unitsAreAssets();
    void hull_data();
    void hull();
    void paretoFrontKeepsWhatHullDrops();
    void correlations_data();
    void correlations();
    void kendallCountsPairs();
    void fisherInterval();
    void correlationRefuses();
    void perItemThenMean();
    void meanCurveDiffersFromPerItem();
    void everyNumberFollowsTheSeed();
    void groupsHaveTheirOwnMeans();
    void groupsOfMeanCurves();
    void aGroupWithoutNumberSaysWhy();
    void itemsWithoutNumberAreCountedAndNamed();
    void importedComparesByMeanCurve();
    void hullMakesNonMonotoneComparable();
    void missingItemsAreLeftOutOfBoth();
    void refusesComparisons();
};

void AnalysisTest::resamplerIsFairAndFixed() {
    // The first draws of std::mt19937_64 seeded with 1 are fixed by the C++ standard.
    QCOMPARE(Resampler(1).draw(6, 10), (Indices{8, 2, 0, 6, 4, 9}));
    const Indices drawn = Resampler(7).draw(70'000, 7);
    for (std::size_t i = 0; i < 7; ++i)
        QVERIFY(std::abs(std::count(drawn.begin(), drawn.end(), i) - 10'000) < 400);
    QCOMPARE(Resampler(3).draw(5, 1), (Indices{0, 0, 0, 0, 0}));
}

void AnalysisTest::percentilesAreNumPys() {
    // numpy.percentile([5, 1, 4, 2, 3, 10, 7, 8], [2.5, 97.5])
    const Interval interval = percentileInterval({5, 1, 4, 2, 3, 10, 7, 8}, 0.95);
    QVERIFY(near(interval.low, 1.175, 1e-12) && near(interval.high, 9.65, 1e-12));
}

void AnalysisTest::bootstrapOfAMean() {
    std::vector<double> values(400);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>(i % 20);
    const Interval interval = *bootstrapMean(values, {});
    const double standardError = std::sqrt(33.25 / 400);  // variance of 0 … 19 is 33.25
    QVERIFY(near(interval.low, 9.5 - 1.96 * standardError, 0.05));
    QVERIFY(near(interval.high, 9.5 + 1.96 * standardError, 0.05));
    const Interval narrower = *bootstrapMean(values, {.resamples = 10'000, .seed = 1, .level = 0.5});
    QVERIFY(near(narrower.high - narrower.low, 2 * 0.6745 * standardError, 0.03));
}

void AnalysisTest::bootstrapNeedsTwoAndToleratesFewGaps() {
    QVERIFY(!bootstrapMean(std::vector<double>{1}, {}));
    const auto withGaps = [](int gapEvery) {
        int call = 0;
        return bootstrap(5,
                         [&](std::span<const std::size_t>) -> std::optional<double> {
                             if (++call % gapEvery == 0) return std::nullopt;
                             return 1.0;
                         },
                         {});
    };
    QVERIFY(withGaps(25));
    QVERIFY(!withGaps(10));
}

void AnalysisTest::bandsCoverTheMean() {
    const std::vector<Curve> curves = sample::curves(24);
    const Curve curve = withBands(curves.front(), {});
    for (const Point& point : curve.points) {
        QVERIFY(point.interval && point.interval->low < point.y && point.y < point.interval->high);
        // Values are −0.2 dB apart: their standard deviation is 0.2·√((24² − 1)/12).
        const double standardError = 0.2 * std::sqrt((24.0 * 24 - 1) / 12) / std::sqrt(24.0);
        QVERIFY(near(point.interval->high - point.interval->low, 2 * 1.96 * standardError, 0.1));
    }
    QVERIFY(withBands(curves.front(), {}).points[2].interval == curve.points[2].interval);
    QVERIFY(withBands(curves.front(), {.seed = 2}).points[2].interval != curve.points[2].interval);
    for (const Point& point : withBands(sample::published({{1, 30}, {2, 35}}), {}).points)
        QVERIFY(!point.interval);
}

void AnalysisTest::bandsOfSummedStatistics() {
    std::vector<ItemPoint> items = sample::items(24);
    items.front().y = {0, 1};  // lossless: infinite as a value, but not in the sum
    const Curve sums = withBands(
        makeCurves(sample::bpp(), sample::psnr(graph::Pool::SumThenFinish), sample::series(), items).front(),
        {});
    QCOMPARE(sums.points.front().n, 24u);
    QVERIFY(sums.points.front().interval->low < sums.points.front().y &&
            sums.points.front().y < sums.points.front().interval->high);
    const Curve means =
        withBands(makeCurves(sample::bpp(), sample::psnr(), sample::series(), items).front(), {});
    QCOMPARE(means.points.front().dropped, 1u);
    QVERIFY(means.points.front().interval.has_value());
    QVERIFY(std::isfinite(means.points.front().interval->high));
}

void AnalysisTest::unitsAreAssets() {
    QCOMPARE(drawUnits(sample::curves(3, 2).front()), (std::vector<Indices>{{0, 1}, {2, 3}, {4, 5}}));
    std::vector<ItemPoint> oneAsset;
    for (const ItemPoint& item : sample::items(2, 3))
        if (item.asset == "kodim10") oneAsset.push_back(item);
    const Curve curve = makeCurves(sample::bpp(), sample::psnr(), sample::series(), oneAsset).front();
    QCOMPARE(drawUnits(curve), (std::vector<Indices>{{0}, {1}, {2}}));
}

void AnalysisTest::hull_data() {
    QTest::addColumn<QList<QPointF>>("points");
    QTest::addColumn<bool>("higher");
    QTest::addColumn<QList<int>>("expected");
    using Points = QList<QPointF>;
    QTest::newRow("concave curve stays") << Points{{1, 30}, {2, 34}, {3, 36}} << true << QList<int>{0, 1, 2};
    QTest::newRow("dip is dropped") << Points{{1, 30}, {2, 31}, {3, 36}} << true << QList<int>{0, 2};
    QTest::newRow("on the line is dropped") << Points{{1, 30}, {2, 32}, {3, 34}} << true << QList<int>{0, 2};
    QTest::newRow("tail beyond the best is dropped")
        << Points{{3, 33}, {1, 30}, {2, 34}} << true << QList<int>{1, 2};
    QTest::newRow("same rate: the better") << Points{{1, 30}, {1, 31}, {2, 34}} << true << QList<int>{1, 2};
    QTest::newRow("same quality: the cheaper")
        << Points{{1, 30}, {2, 34}, {3, 34}} << true << QList<int>{0, 1};
    QTest::newRow("lower is better") << Points{{1, 9}, {2, 8}, {3, 4}, {4, 3}} << false
                                     << QList<int>{0, 2, 3};
    QTest::newRow("infinite passed over") << Points{{1, 30}, {2, inf}, {3, 33}} << true << QList<int>{0, 2};
    QTest::newRow("one") << Points{{1, 30}} << true << QList<int>{0};
    QTest::newRow("none") << Points{} << true << QList<int>{};
}

void AnalysisTest::hull() {
    QFETCH(QList<QPointF>, points);
    QFETCH(bool, higher);
    QFETCH(QList<int>, expected);
    std::vector<RatePoint> cloud;
    for (const QPointF& point : points)
        cloud.push_back({point.x(), point.y()});
    QList<int> found;
    for (const std::size_t index : convexHull(cloud, higher ? graph::Better::Higher : graph::Better::Lower))
        found.push_back(static_cast<int>(index));
    QCOMPARE(found, expected);
}

void AnalysisTest::paretoFrontKeepsWhatHullDrops() {
    const std::vector<RatePoint> points = {{3, 36}, {1, 30}, {2, 31}, {2.5, 30.5}, {1, 30}, {4, 36}};
    QCOMPARE(paretoFront(points, graph::Better::Higher), (Indices{1, 2, 0}));
    QCOMPARE(convexHull(points, graph::Better::Higher), (Indices{1, 0}));
    QCOMPARE(paretoFront(points, graph::Better::Lower), (Indices{1}));
}

void AnalysisTest::correlations_data() {
    QTest::addColumn<QList<double>>("x");
    QTest::addColumn<QList<double>>("y");
    QTest::addColumn<double>("pearson");
    QTest::addColumn<double>("spearman");
    QTest::addColumn<double>("kendall");
    using List = QList<double>;
    // scipy.stats.pearsonr, spearmanr, kendalltau
    QTest::newRow("no ties") << List{1, 2, 3, 4, 5, 6, 7, 8} << List{2, 1, 4, 3, 7, 8, 6, 5}
                             << 0.7380952380952379 << 0.7380952380952381 << 0.4999999999999999;
    QTest::newRow("ties in both") << List{12, 2, 1, 12, 2, 2, 5} << List{1, 4, 7, 1, 0, 4, 5}
                                  << -0.5561213627000012 << -0.4763849587291912 << -0.38949041885226005;
    QTest::newRow("perfect") << List{1, 2, 3} << List{10, 20, 30} << 1.0 << 1.0 << 1.0;
    QTest::newRow("monotone") << List{1, 2, 3} << List{-1, -10, -100} << -0.904194430179465 << -1.0 << -1.0;
    QTest::newRow("two") << List{1, 2} << List{5, 4} << -1.0 << -1.0 << -1.0;
}

void AnalysisTest::correlations() {
    QFETCH(QList<double>, x);
    QFETCH(QList<double>, y);
    const std::vector<double> xs(x.begin(), x.end()), ys(y.begin(), y.end());
    for (const auto& [kind, column] :
         {std::pair(CorrelationKind::Pearson, "pearson"), std::pair(CorrelationKind::Spearman, "spearman"),
          std::pair(CorrelationKind::KendallB, "kendall")}) {
        const double expected = *static_cast<double*>(QTest::qData(column, qMetaTypeId<double>()));
        QVERIFY(near(correlation(kind, xs, ys), expected, 1e-14));
        QVERIFY(near(correlation(kind, ys, xs), expected, 1e-14));
    }
}

void AnalysisTest::kendallCountsPairs() {
    // Against the definition, on values with many ties.
    std::vector<double> x, y;
    for (const std::size_t v : Resampler(5).draw(200, 12))
        x.push_back(static_cast<double>(v));
    for (const std::size_t v : Resampler(6).draw(200, 9))
        y.push_back(static_cast<double>(v) + 0.5 * x[y.size()]);
    double difference = 0, untiedX = 0, untiedY = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double sx = (x[i] > x[j]) - (x[i] < x[j]), sy = (y[i] > y[j]) - (y[i] < y[j]);
            difference += sx * sy;
            untiedX += sx * sx;
            untiedY += sy * sy;
        }
    QVERIFY(
        near(correlation(CorrelationKind::KendallB, x, y), difference / std::sqrt(untiedX * untiedY), 1e-14));
    const Correlation drawn = bootstrappedCorrelation(CorrelationKind::KendallB, x, y, {.resamples = 500});
    QVERIFY(drawn.n == 200 && drawn.interval->low < drawn.value && drawn.value < drawn.interval->high);
}

void AnalysisTest::fisherInterval() {
    const std::vector<double> x = {1, 2, 3, 4, 5, 6, 7, 8}, y = {2, 1, 4, 3, 7, 8, 6, 5};
    const Correlation r = pearsonWithFisherInterval(x, y, 0.95);  // scipy's confidence_interval()
    QVERIFY(near(r.interval->low, 0.06964660429650706, 1e-12) &&
            near(r.interval->high, 0.9491173173934558, 1e-12));
    QVERIFY(!pearsonWithFisherInterval(std::vector<double>{1, 2, 3}, std::vector<double>{1, 3, 2}, 0.95)
                 .interval);
    QVERIFY(!pearsonWithFisherInterval(x, x, 0.95).interval);
}

void AnalysisTest::correlationRefuses() {
    const auto refusal = [](std::vector<double> x, std::vector<double> y) {
        return messageOf([&] { correlation(CorrelationKind::Spearman, x, y); });
    };
    QVERIFY(refusal({1, 2}, {1, 2, 3}).contains("different numbers"));
    QVERIFY(refusal({1}, {1}).contains("two items"));
    QVERIFY(refusal({1, inf}, {1, 2}).contains("finite"));
    QVERIFY(refusal({1, 2}, {3, 3}).contains("equal"));
}

void AnalysisTest::perItemThenMean() {
    const std::vector<Curve> curves = sample::curves(6);
    const std::vector<BdComparison> comparisons = compareWithAnchor(curves, "jpeg/optimise=false");
    QCOMPARE(comparisons.size(), 2u);
    QVERIFY(near(*comparisons[0].mean.ratePercent, -8, 1e-9));
    QVERIFY(near(comparisons[0].mean.rateInterval->low, -8, 1e-9) &&
            near(comparisons[0].mean.rateInterval->high, -8, 1e-9));
    QVERIFY(near(*comparisons[1].mean.ratePercent, -30, 1e-9));
    QCOMPARE(comparisons[1].n, 6u);
    QCOMPARE(comparisons[1].items.size(), 6u);
    QVERIFY(near(*comparisons[1].items[0].result->ratePercent, -40, 1e-9));
    QVERIFY(near(comparisons[1].overlap, 1, 1e-12));
    QVERIFY(comparisons[1].mean.rateInterval->low > -40 && comparisons[1].mean.rateInterval->high < -20);
    QVERIFY(comparisons[1].warnings.empty());
}

void AnalysisTest::meanCurveDiffersFromPerItem() {
    const std::vector<Curve> curves = sample::curves(6);
    CompareOptions options;
    options.averaging = BdAveraging::MeanCurve;
    options.bootstrap.resamples = 500;
    const BdComparison comparison = compareCurves(curves[0], curves[2], options);
    const BdResult direct = bjontegaardDelta({"a", meanPoints(curves[0])}, {"b", meanPoints(curves[2])});
    QVERIFY(near(*comparison.mean.ratePercent, *direct.ratePercent, 1e-12));
    QVERIFY(std::abs(*comparison.mean.ratePercent + 30) > 0.1);
    QVERIFY(comparison.mean.rateInterval->low < *direct.ratePercent &&
            *direct.ratePercent < comparison.mean.rateInterval->high);
    QVERIFY(comparison.items.empty());
}

void AnalysisTest::everyNumberFollowsTheSeed() {
    const std::vector<Curve> curves = sample::curves(24);
    const auto interval = [&](std::uint64_t seed) {
        CompareOptions options;
        options.bootstrap = {.resamples = 200, .seed = seed, .level = 0.95};
        return *compareCurves(curves[0], curves[2], options).mean.rateInterval;
    };
    QVERIFY(interval(1) == interval(1));
    QVERIFY(!(interval(1) == interval(2)));
}

void AnalysisTest::groupsHaveTheirOwnMeans() {
    const std::vector<Curve> curves = sample::curves(6);
    CompareOptions options;
    for (int i = 0; i < 5; ++i)
        options.groups["kodim" + std::to_string(10 + i)] = i < 2 ? "buildings" : "faces";
    const BdComparison comparison = compareCurves(curves[0], curves[2], options);
    QCOMPARE(comparison.groups.size(), 2u);
    QCOMPARE(comparison.groups[0].group, std::string("buildings"));
    QVERIFY(near(*comparison.groups[0].mean.ratePercent, -38, 1e-9));
    QCOMPARE(comparison.groups[1].mean.rateItems, 3u);
    QVERIFY(near(*comparison.groups[1].mean.ratePercent, -28, 1e-9));
    QCOMPARE(comparison.groups[1].n, 3u);
    // The sixth asset is in no group, and still in the total.
    QVERIFY(near(*comparison.mean.ratePercent, -30, 1e-9));
    QCOMPARE(comparison.warnings.front(), std::string("1 asset in no group, in the total only: kodim15."));
}

void AnalysisTest::groupsOfMeanCurves() {
    const std::vector<Curve> curves = sample::curves(6);
    CompareOptions options;
    options.averaging = BdAveraging::MeanCurve;
    options.bootstrap.resamples = 200;
    for (int i = 0; i < 6; ++i)
        options.groups["kodim" + std::to_string(10 + i)] = i == 0 ? "10" : "9";
    const BdComparison comparison = compareCurves(curves[0], curves[2], options);
    QCOMPARE(comparison.groups.size(), 2u);
    QCOMPARE(comparison.groups[0].group, std::string("9"));  // numbers in their order
    QCOMPARE(comparison.groups[0].n, 5u);
    const std::vector<Item> five(curves[0].items.begin() + 1, curves[0].items.end());
    const Curve anchor = withItems(curves[0], five), test = withItems(curves[2], five);
    const BdResult direct = bjontegaardDelta({"a", meanPoints(anchor)}, {"b", meanPoints(test)});
    QVERIFY(near(*comparison.groups[0].mean.ratePercent, *direct.ratePercent, 1e-12));
    QVERIFY(comparison.groups[0].mean.rateInterval.has_value());
    QVERIFY(near(*comparison.groups[1].mean.ratePercent, -40, 1e-9));
    QVERIFY(!comparison.groups[1].mean.rateInterval);
}

void AnalysisTest::aGroupWithoutNumberSaysWhy() {
    std::vector<ItemPoint> items = sample::items(3);
    for (ItemPoint& item : items)
        if (item.asset == "kodim12" && item.series == "webp") item.y.s0 *= 1e-3;  // 30 dB above all others
    CompareOptions options;
    options.averaging = BdAveraging::MeanCurve;
    options.bootstrap.resamples = 0;
    options.groups = {{"kodim10", "a"}, {"kodim11", "a"}, {"kodim12", "b"}};
    const auto curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    const BdComparison comparison = compareCurves(curves[0], curves[2], options);
    QVERIFY(comparison.groups[0].mean.ratePercent.has_value());
    QVERIFY(!comparison.groups[1].mean.ratePercent);
}

void AnalysisTest::itemsWithoutNumberAreCountedAndNamed() {
    std::vector<ItemPoint> items = sample::items(6);
    for (ItemPoint& item : items)
        if (item.asset == "kodim12" && item.series == "webp" && item.values.front().second == "30")
            item.y.s0 = 1e-9;
    const std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    const BdComparison comparison = compareCurves(curves[0], curves[2]);
    QCOMPARE(comparison.mean.rateItems, 5u);
    QCOMPARE(comparison.n, 6u);
    QVERIFY(!comparison.items[2].result);
    const QString warning = QString::fromStdString(comparison.warnings.front());
    QVERIFY2(
        warning.startsWith(
            "1 of 6 items without a BD-rate, left out of its mean. kodim12: The quality of \"WebP\" falls"),
        qPrintable(warning));
}

void AnalysisTest::importedComparesByMeanCurve() {
    const std::vector<Curve> curves = sample::curves(6);
    std::vector<RatePoint> half = meanPoints(curves[0]);
    for (RatePoint& point : half)
        point.rate /= 2;
    const BdComparison comparison = compareCurves(curves[0], sample::published(half));
    QVERIFY(comparison.averaging == BdAveraging::MeanCurve && comparison.testImported);
    QVERIFY(near(*comparison.mean.ratePercent, -50, 1e-9));
    QVERIFY(!comparison.mean.rateInterval && comparison.n == 0);
}

void AnalysisTest::hullMakesNonMonotoneComparable() {
    std::vector<RatePoint> points = meanPoints(sample::curves(6)[0]);
    points.push_back({points[2].rate * 1.01, points[2].quality - 1});
    const Curve anchor = sample::published(meanPoints(sample::curves(6)[0])),
                bumpy = sample::published(points);
    CompareOptions options;
    QVERIFY(messageOf([&] { compareCurves(anchor, bumpy, options); }).contains("convex hull"));
    options.hull = true;
    QVERIFY(near(*compareCurves(anchor, bumpy, options).mean.ratePercent, 0, 1e-12));
}

void AnalysisTest::missingItemsAreLeftOutOfBoth() {
    std::vector<ItemPoint> items = sample::items(6);
    std::erase_if(items,
                  [](const ItemPoint& item) { return item.series == "webp" && item.asset == "kodim15"; });
    const std::vector<Curve> curves = makeCurves(sample::bpp(), sample::psnr(), sample::series(), items);
    CompareOptions options;
    options.averaging = BdAveraging::MeanCurve;
    options.bootstrap.resamples = 0;
    const BdComparison comparison = compareCurves(curves[0], curves[2], options);
    QCOMPARE(comparison.n, 5u);
    QCOMPARE(comparison.warnings.front(), std::string("Only 5 of 6 items are in both series."));
    const Curve part = withItems(curves[0], curves[2].items);
    QCOMPARE(part.points.front().n, 5u);
    QVERIFY(near(*comparison.mean.ratePercent,
                 *bjontegaardDelta({"a", meanPoints(part)}, {"b", meanPoints(curves[2])}).ratePercent,
                 1e-12));
}

void AnalysisTest::refusesComparisons() {
    const std::vector<Curve> curves = sample::curves(3);
    QVERIFY(messageOf([&] { compareWithAnchor(curves, "avif"); }, ErrorKind::Usage)
                .contains("jpeg/optimise=false, jpeg/optimise=true, webp"));
    Curve other = curves[1];
    other.y.id = "ssim";
    QVERIFY(messageOf([&] { compareCurves(curves[0], other); }, ErrorKind::Usage).contains("different axes"));
    const Curve far = sample::published({{1, 1}, {2, 2}});
    const std::vector<BdComparison> comparisons =
        compareWithAnchor(std::vector<Curve>{curves[0], far}, "jpeg/optimise=false");
    QVERIFY(!comparisons.front().mean.ratePercent);
    Curve strangers = curves[1];
    for (Item& item : strangers.items)
        item.asset += "-other";
    QVERIFY(messageOf([&] { compareCurves(curves[0], strangers); }).contains("share no item"));
}

QTEST_APPLESS_MAIN(AnalysisTest)
#include "analysis_test.moc"
