#include "core/curves/bd.h"

#include "core/curves/text.h"
#include "tests/core/curves/expect_error.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::curves;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr std::array methods = {BdMethod::Pchip, BdMethod::Akima, BdMethod::Cubic};

const RdCurve fauAnchor{"FAU reference",
                        {{9487.76, 40.037}, {4593.60, 38.615}, {2486.44, 36.845}, {1358.24, 34.851}}};
const RdCurve fauTest{"FAU test",
                      {{9787.80, 40.121}, {4469.00, 38.651}, {2451.52, 36.970}, {1356.24, 34.987}}};
const RdCurve rdPlotAnchor{
    "RDPlot reference",
    {{937.0112, 45.5074}, {1405.4792, 47.0002}, {3438.7128, 49.9565}, {6448.6368, 52.1459}}};
const RdCurve rdPlotTest{
    "RDPlot test", {{822.0064, 45.7215}, {1608.9144, 47.6227}, {3086.912, 50.1394}, {5784.7696, 52.3339}}};

bool near(double actual, double expected, double tolerance) {
    if (std::abs(actual - expected) <= tolerance) return true;
    qWarning("%.17g is not %.17g to %g", actual, expected, tolerance);
    return false;
}

// A random rising curve of 4 to 9 points around a common range, so that any two overlap.
RdCurve randomCurve(std::mt19937_64& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    RdCurve curve{"random", {}};
    const int points = 4 + static_cast<int>(random() % 6);
    double rate = 0.05 + 0.1 * unit(random), quality = 24 + 3 * unit(random);
    for (int i = 0; i < points; ++i) {
        curve.points.push_back({rate, quality});
        rate *= 1.2 + 0.9 * unit(random);
        quality += 0.8 + 2.5 * unit(random);
    }
    return curve;
}

RdCurve scaled(RdCurve curve, double factor) {
    for (RatePoint& point : curve.points)
        point.rate *= factor;
    return curve;
}

}  // namespace

class BdTest : public QObject {
    Q_OBJECT

  private slots:
    void goldenValues_data();
    void goldenValues();
    void fourProperties();
    void scaleGivesItsPercentage();
    void lowerIsBetterMirrorsHigher();
    void fewPoints_data();
    void fewPoints();
    void twoPointsAreTheStraightLine();
    void infinitePointsAreDroppedAndCounted();
    void repeatedPointsAreTakenOnce();
    void equalRatesGiveTheQualityDifference();
    void lowOverlapWarns();
    void anOverlapJustBelowTheLimitReadsAsBelow();
    void oneSidedOverlapGivesOneNumber();
    void refuses_data();
    void refuses();
    void relativeDifferenceAveragesToTheRate();
    void interpolantPassesThroughThePoints();
    void interpolantsAreSciPys_data();
    void interpolantsAreSciPys();
    void pchipEndSlopeIsCapped();
};

void BdTest::goldenValues_data() {
    QTest::addColumn<int>("method");
    QTest::addColumn<bool>("rdPlot");
    QTest::addColumn<double>("rate");
    QTest::addColumn<double>("quality");
    QTest::newRow("FAU pchip") << 0 << false << -4.4174853506 << 0.1196927854;
    QTest::newRow("FAU akima") << 1 << false << -4.4252451570 << 0.1194092703;
    QTest::newRow("FAU cubic") << 2 << false << -4.4204627062 << 0.1204094191;
    QTest::newRow("RDPlot pchip") << 0 << true << -11.3739999519 << 0.4061202246;
    QTest::newRow("RDPlot akima") << 1 << true << -11.4925183834 << 0.4088310144;
    QTest::newRow("RDPlot cubic") << 2 << true << -11.5029427902 << 0.4060823788;
}

void BdTest::goldenValues() {
    QFETCH(int, method);
    QFETCH(bool, rdPlot);
    QFETCH(double, rate);
    QFETCH(double, quality);
    const BdResult result = bjontegaardDelta(rdPlot ? rdPlotAnchor : fauAnchor, rdPlot ? rdPlotTest : fauTest,
                                             methods[static_cast<std::size_t>(method)]);
    QVERIFY(near(*result.ratePercent, rate, 1e-9));
    QVERIFY(near(*result.quality, quality, 1e-9));
    QCOMPARE(QString::fromStdString(fixed(result.overlap, 3)), rdPlot ? "0.941" : "0.958");
    QCOMPARE(result.anchorPoints, 4u);
    QVERIFY(result.warnings.empty());
}

void BdTest::fourProperties() {
    std::mt19937_64 random(20240701);
    for (int i = 0; i < 1000; ++i) {
        const RdCurve a = randomCurve(random);
        const RdCurve b = randomCurve(random);
        const double k = 0.25 + 0.5 * static_cast<double>(random() % 10);
        RdCurve shuffled = b;
        std::shuffle(shuffled.points.begin(), shuffled.points.end(), random);
        for (const BdMethod method : methods) {
            const BdResult same = bjontegaardDelta(a, a, method);
            QVERIFY(*same.ratePercent == 0 && *same.quality == 0 && same.overlap == 1);
            QVERIFY(near(*bjontegaardDelta(a, scaled(a, k), method).ratePercent, 100 * (k - 1), 1e-9));
            const BdResult forth = bjontegaardDelta(a, b, method), back = bjontegaardDelta(b, a, method);
            QVERIFY(forth.ratePercent && back.ratePercent);
            QVERIFY(near((1 + *forth.ratePercent / 100) * (1 + *back.ratePercent / 100), 1, 1e-12));
            if (forth.quality) QVERIFY(near(*forth.quality, -*back.quality, 1e-12));
            QCOMPARE(*bjontegaardDelta(a, shuffled, method).ratePercent, *forth.ratePercent);
        }
    }
}

void BdTest::scaleGivesItsPercentage() {
    for (const double k : {0.5, 1.1, 3.0})
        for (const BdMethod method : methods)
            QVERIFY(near(*bjontegaardDelta(rdPlotAnchor, scaled(rdPlotAnchor, k), method).ratePercent,
                         100 * (k - 1), 1e-9));
}

void BdTest::lowerIsBetterMirrorsHigher() {
    const auto mirrored = [](RdCurve curve) {
        for (RatePoint& point : curve.points)
            point.quality = -point.quality;
        return curve;
    };
    for (const BdMethod method : methods) {
        const BdResult higher = bjontegaardDelta(fauAnchor, fauTest, method, graph::Better::Higher);
        const BdResult lower =
            bjontegaardDelta(mirrored(fauAnchor), mirrored(fauTest), method, graph::Better::Lower);
        QVERIFY(near(*lower.ratePercent, *higher.ratePercent, 1e-10));
        QVERIFY(near(*lower.quality, -*higher.quality, 1e-12));
        QVERIFY(near(lower.overlap, higher.overlap, 1e-12));
    }
    const QString message =
        messageOf([&] { bjontegaardDelta(fauAnchor, fauTest, BdMethod::Pchip, graph::Better::Lower); });
    QVERIFY2(message.contains("rises") && message.contains("needs a curve that falls"), qPrintable(message));
}

void BdTest::fewPoints_data() {
    QTest::addColumn<int>("points");
    QTest::addColumn<QString>("warning");
    QTest::newRow("two") << 2 << "has 2 points; four or more are advised, and two make a straight line.";
    QTest::newRow("three") << 3 << "has 3 points; four or more are advised";
}

void BdTest::fewPoints() {
    QFETCH(int, points);
    QFETCH(QString, warning);
    RdCurve test = fauTest;
    test.points.resize(static_cast<std::size_t>(points));
    for (const BdMethod method : methods) {
        const BdResult result = bjontegaardDelta(fauAnchor, test, method);
        QVERIFY(*result.ratePercent < 0 && *result.ratePercent > -8);
        QCOMPARE(result.testPoints, static_cast<std::size_t>(points));
        const QString said = QString::fromStdString(result.warnings.front());
        QVERIFY2(said.contains(warning), qPrintable(said));
        QCOMPARE(said.contains("parabola"), method == BdMethod::Cubic && points == 3);
    }
}

void BdTest::twoPointsAreTheStraightLine() {
    // log10 rate goes from 1 to 3 and from 0 to 2 over the same qualities: one decade less throughout.
    for (const BdMethod method : methods) {
        const BdResult result =
            bjontegaardDelta({"a", {{10, 30}, {1000, 40}}}, {"b", {{1, 30}, {100, 40}}}, method);
        QVERIFY(near(*result.ratePercent, -90, 1e-10));
        QVERIFY(near(*result.quality, 5, 1e-12));
        QVERIFY(near(result.rateOverlap, 1.0 / 3, 1e-12));
    }
}

void BdTest::infinitePointsAreDroppedAndCounted() {
    RdCurve test = fauTest;
    test.points.push_back({20000, inf});
    const BdResult result = bjontegaardDelta(fauAnchor, test);
    QVERIFY(near(*result.ratePercent, -4.4174853506, 1e-9));
    QCOMPARE(result.dropped, 1u);
    QCOMPARE(result.warnings,
             std::vector<std::string>{"1 point of \"FAU test\" with infinite quality left out."});
}

void BdTest::repeatedPointsAreTakenOnce() {
    RdCurve test = fauTest;
    test.points.push_back(test.points.front());
    const BdResult result = bjontegaardDelta(fauAnchor, test);
    QVERIFY(near(*result.ratePercent, -4.4174853506, 1e-9));
    QCOMPARE(result.testPoints, 4u);
    QCOMPARE(result.warnings, std::vector<std::string>{"1 repeated point of \"FAU test\" taken once."});
}

void BdTest::equalRatesGiveTheQualityDifference() {
    RdCurve better = fauAnchor;
    for (RatePoint& point : better.points)
        point.quality += 0.25;
    for (const BdMethod method : methods)
        QVERIFY(near(*bjontegaardDelta(fauAnchor, better, method).quality, 0.25, 1e-12));
}

void BdTest::lowOverlapWarns() {
    RdCurve test = fauTest;
    for (RatePoint& point : test.points)
        point.quality += 3;
    const BdResult result = bjontegaardDelta(fauAnchor, test);
    QVERIFY(result.overlap < 0.75);
    QCOMPARE(result.warnings, std::vector<std::string>{"The overlap in quality is 24.8 % only."});
    for (const auto& [overlap, shown] :
         {std::pair{0.7499, "0.74"}, {0.7451, "0.74"}, {0.744, "0.74"}, {0.75, "0.75"}, {0.996, "1.00"}})
        QCOMPARE(fixed(shownOverlap(overlap), 2), std::string(shown));
}

void BdTest::anOverlapJustBelowTheLimitReadsAsBelow() {
    const double overlap = 0.7498, shift = (1 - overlap) / (1 + overlap);
    RdCurve anchor = fauAnchor, test = fauAnchor;
    for (std::size_t i = 0; i < anchor.points.size(); ++i) {
        anchor.points[i].quality = static_cast<double>(i) / static_cast<double>(anchor.points.size() - 1);
        test.points[i].quality = anchor.points[i].quality + shift;
    }
    const BdResult result = bjontegaardDelta(anchor, test);
    QVERIFY(near(result.overlap, overlap, 1e-12));
    QCOMPARE(result.warnings, std::vector<std::string>{"The overlap in quality is 74.9 % only."});
}

void BdTest::oneSidedOverlapGivesOneNumber() {
    RdCurve far = fauTest;
    for (RatePoint& point : far.points)
        point.quality += 30;
    const BdResult onlyQuality = bjontegaardDelta(fauAnchor, far);
    QVERIFY(!onlyQuality.ratePercent && !onlyQuality.qualityRange && onlyQuality.overlap == 0);
    QVERIFY(near(*onlyQuality.quality, 30.1196927854, 1e-9));
    QCOMPARE(onlyQuality.warnings.back(), std::string("No overlap in quality, so there is no BD-rate."));

    const BdResult onlyRate = bjontegaardDelta(fauAnchor, scaled(fauTest, 1000));
    QVERIFY(onlyRate.ratePercent && !onlyRate.quality && !onlyRate.rateRange);
}

void BdTest::refuses_data() {
    QTest::addColumn<QList<QPointF>>("points");
    QTest::addColumn<QString>("says");
    using Points = QList<QPointF>;
    QTest::newRow("empty") << Points{} << "\"mine\" has no finite point";
    QTest::newRow("one point") << Points{{1, 30}} << "\"mine\" has one finite point";
    QTest::newRow("one point twice") << Points{{1, 30}, {1, 30}} << "one finite point";
    QTest::newRow("all infinite") << Points{{1, inf}, {2, inf}} << "no finite point";
    QTest::newRow("NaN quality") << Points{{1, 30}, {2, notANumber}} << "not a number";
    QTest::newRow("NaN rate") << Points{{notANumber, 30}, {2, 31}} << "not a number";
    QTest::newRow("infinite rate") << Points{{1, 30}, {inf, 31}} << "the rate inf";
    QTest::newRow("zero rate") << Points{{0, 30}, {1, 31}} << "the rate 0";
    QTest::newRow("negative rate") << Points{{-1, 30}, {1, 31}} << "the rate -1";
    QTest::newRow("same rate") << Points{{2000, 36}, {2000, 37}, {4000, 39}}
                               << "two qualities, 36 and 37, at the rate 2000";
    QTest::newRow("same quality") << Points{{2000, 36}, {3000, 36}, {4000, 39}} << "stays at 36";
    QTest::newRow("falls in between") << Points{{2000, 36}, {3000, 35.5}, {4000, 39}}
                                      << "falls from 36 to 35.5 between the rates 2000 and 3000";
    QTest::newRow("falls throughout")
        << Points{{2000, 39}, {3000, 38}, {4000, 36}} << "needs a curve that rises";
    QTest::newRow("no overlap") << Points{{1, 10}, {2, 20}} << "overlap neither in quality nor in rate";
}

void BdTest::refuses() {
    QFETCH(QList<QPointF>, points);
    QFETCH(QString, says);
    RdCurve curve{"mine", {}};
    for (const QPointF& point : points)
        curve.points.push_back({point.x(), point.y()});
    for (const BdMethod method : methods) {
        const QString message = messageOf([&] { bjontegaardDelta(fauAnchor, curve, method); });
        QVERIFY2(message.contains(says), qPrintable(message));
        if (says.contains("falls from")) QVERIFY(message.contains("convex hull"));
    }
}

void BdTest::relativeDifferenceAveragesToTheRate() {
    const std::vector<RelativeDifference> rcd =
        relativeDifference(fauAnchor, fauTest, BdMethod::Pchip, 20001);
    QCOMPARE(rcd.front().quality, 34.987);
    QCOMPARE(rcd.back().quality, 40.037);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < rcd.size(); ++i)
        sum += 0.5 * (std::log1p(rcd[i].ratePercent / 100) + std::log1p(rcd[i + 1].ratePercent / 100));
    QVERIFY(near(100 * std::expm1(sum / 20000), -4.4174853506, 1e-6));
}

void BdTest::interpolantPassesThroughThePoints() {
    for (const BdMethod method : methods) {
        const std::vector<RatePoint> line = sampledInterpolant(rdPlotAnchor, method, 65);
        QVERIFY(line.size() >= 65 && line.size() < 65 + rdPlotAnchor.points.size());
        for (const RatePoint& point : rdPlotAnchor.points)
            QVERIFY(std::ranges::any_of(line, [&](const RatePoint& at) {
                return at.quality == point.quality && std::abs(at.rate - point.rate) < 1e-9 * point.rate;
            }));
        QVERIFY(near(line.front().rate, 937.0112, 1e-8) && line.front().quality == 45.5074);
        QVERIFY(near(line.back().rate, 6448.6368, 1e-7) && line.back().quality == 52.1459);
        QVERIFY(std::is_sorted(line.begin(), line.end(),
                               [](const RatePoint& a, const RatePoint& b) { return a.rate < b.rate; }));
    }
}

void BdTest::interpolantsAreSciPys_data() {
    QTest::addColumn<int>("method");
    QTest::addColumn<QList<double>>("values");
    QTest::addColumn<double>("integral");
    using List = QList<double>;
    // SciPy 1.17.1 PchipInterpolator, Akima1DInterpolator; NumPy 2.4.6 polyfit
    QTest::newRow("pchip") << 0 << List{1.8828, 2.5499259259259257, 5.24, 1.0927999999999916}
                           << 16.41110777777778;
    QTest::newRow("akima") << 1 << List{1.9304, 2.579578494623656, 5.1709813664596265, 1.452761904761897}
                           << 16.406396084062422;
    QTest::newRow("cubic") << 2
                           << List{1.2362732461657227, 1.3366469758692694, 4.816889321777636,
                                   1.8366247354390208}
                           << 13.796449900022619;
}

void BdTest::interpolantsAreSciPys() {
    QFETCH(int, method);
    QFETCH(QList<double>, values);
    QFETCH(double, integral);
    const std::vector<double> x = {0, 1, 2.5, 3, 5, 5.5}, y = {1, 3, 2, 2, 7, -1};
    const PiecewiseCubic curve = interpolate(methods[static_cast<std::size_t>(method)], x, y);
    const std::vector<double> at = {0.3, 1.7, 4.2, 5.4};
    for (std::size_t i = 0; i < at.size(); ++i)
        QVERIFY(near(curve.at(at[i]), values[static_cast<qsizetype>(i)], 1e-12));
    QVERIFY(near(curve.integral(0.5, 5.2), integral, 1e-12));
}

void BdTest::pchipEndSlopeIsCapped() {
    const std::vector<double> x = {0, 1, 2}, falling = {0, 1, -40}, rising = {-40, 1, 0};
    QVERIFY(near(interpolate(BdMethod::Pchip, x, falling).at(0.5), 0.875, 1e-14));
    QVERIFY(near(interpolate(BdMethod::Pchip, x, rising).at(1.5), 0.875, 1e-14));
}

QTEST_APPLESS_MAIN(BdTest)
#include "bd_test.moc"
