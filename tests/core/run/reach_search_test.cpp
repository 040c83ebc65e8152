#include "core/run/reach_search.h"

#include <QtTest>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <set>

using namespace ratescope::run;
using ratescope::graph::ReachRange;

namespace {

using Quantity = std::function<double(double)>;

ReachSearch searched(const ReachAim& aim, const Quantity& quantity, std::set<double>* places = nullptr) {
    ReachSearch search(aim);
    while (search.next()) {
        const double place = *search.next();
        if (places && !places->insert(place).second) qFatal("one place was asked for twice");
        if (place < aim.range.low || place > aim.range.high) qFatal("a place outside of the range");
        if (aim.range.integers && place != std::floor(place)) qFatal("no integer");
        search.tell(quantity(place));
    }
    return search;
}

constexpr ReachRange hundred{true, 1, 100, false};

double sizeOf(double quality) {
    return 0.1 * std::exp(0.035 * quality);
}

}  // namespace

class ReachSearchTest : public QObject {
    Q_OBJECT

  private slots:
    void findsEveryIntegerThatMeetsTheTarget() {
        for (int quality = 1; quality <= 100; ++quality)
            for (const bool rising : {true, false}) {
                const auto quantity = [&](double place) { return sizeOf(rising ? place : 101 - place); };
                std::set<double> places;
                const ReachSearch search = searched({hundred, quantity(quality), 1e-9, 9}, quantity, &places);
                QVERIFY(search.within() && search.monotone());
                QCOMPARE(search.best().place, double(quality));
                QVERIFY(search.runs() <= 9);
                QCOMPARE(std::size_t(search.runs()), places.size());
            }
    }

    void endsOnTheNearestIntegerWithinTheRuns() {
        std::mt19937_64 random(1);
        for (int i = 0; i < 2000; ++i) {
            // Any monotone course, also with steps and plateaus, in as many runs as bisection needs.
            std::vector<double> values;
            double value = 1;
            for (int place = 0; place <= 100; ++place)
                values.push_back(value += double(random() % 4) * std::pow(10.0, double(random() % 4)) / 10);
            const double target = values[1] + (values[100] - values[1]) * double(random() % 1001) / 1000;
            const bool rising = random() % 2;
            const auto quantity = [&](double place) {
                return values[static_cast<std::size_t>(rising ? place : 101 - place)];
            };
            const ReachSearch search = searched({hundred, target, 1e-12, 9}, quantity);
            QVERIFY(!search.unreachable() && search.monotone());
            double nearest = std::numeric_limits<double>::infinity();
            for (int place = 1; place <= 100; ++place)
                nearest = std::min(nearest, std::abs(quantity(place) - target));
            QCOMPARE(std::abs(search.best().quantity - target), nearest);
        }
    }

    void interpolationNeedsFewerRunsThanBisection() {
        int runs = 0;
        for (int i = 1; i <= 50; ++i)
            runs += searched({hundred, 0.15 + 0.05 * i, 0.01, 16}, sizeOf).runs();
        // Both ends and seven halvings would be 9 each.
        QVERIFY2(runs <= 50 * 5, qPrintable(QString::number(runs / 50.0)));
    }

    void realsMeetTheTolerance() {
        std::mt19937_64 random(2);
        for (int i = 0; i < 500; ++i) {
            const double steep = 0.2 + double(random() % 100) / 20;
            const bool logScale = random() % 2;
            const ReachRange range{false, 0.01, 25, logScale};
            const auto quantity = [&](double place) { return 5 * std::pow(place, -steep); };
            const double target = quantity(0.011 + 24.9 * double(random() % 1000) / 1000);
            const ReachSearch search = searched({range, target, 0.001, 40}, quantity);
            QVERIFY2(search.within(),
                     qPrintable(QString("%1 %2 %3").arg(steep).arg(target).arg(search.runs())));
            QVERIFY(std::abs(quantity(search.best().place) - target) <= 0.001 * target);
        }
    }

    void logarithmicRangesAreSteppedInTheLogarithm() {
        // A flat quantity gives no line to follow: the middle of the logarithm comes after the ends.
        const auto step = [](double place) {
            return place < 2 ? 1.0 : std::numeric_limits<double>::infinity();
        };
        ReachSearch search({{false, 0.01, 100, true}, 5, 0.01, 16});
        search.tell(step(0.01));
        search.tell(step(100));
        QVERIFY(std::abs(*search.next() - 1) < 1e-12);
        ReachSearch even({{false, 0, 100, false}, 5, 0.01, 16});
        even.tell(step(0));
        even.tell(step(100));
        QCOMPARE(*even.next(), 50.0);
    }

    void logarithmicIntegersEndOnTheNearest() {
        for (int target = 1; target <= 4096; target += 37) {
            const ReachSearch search = searched({{true, 1, 4096, true}, target + 0.25, 1e-6, 40},
                                                [](double place) { return place; });
            QCOMPARE(search.best().place, double(target));
        }
    }

    void anEndMayBeTheValue() {
        QCOMPARE(searched({hundred, sizeOf(1), 0.01, 9}, sizeOf).runs(), 1);
        const ReachSearch high = searched({hundred, sizeOf(100), 0.01, 9}, sizeOf);
        QCOMPARE(high.runs(), 2);
        QCOMPARE(high.best().place, 100.0);
        // Just outside, but within the tolerance.
        QVERIFY(searched({hundred, sizeOf(100) * 1.005, 0.01, 9}, sizeOf).within());
    }

    void anUnreachableTargetIsToldAfterTwoRuns() {
        for (const double target : {0.05, 5.0}) {
            const ReachSearch search = searched({hundred, target, 0.01, 9}, sizeOf);
            QVERIFY(search.unreachable() && !search.within());
            QCOMPARE(search.runs(), 2);
            QCOMPARE(search.low().quantity, sizeOf(1));
            QCOMPARE(search.high().quantity, sizeOf(100));
        }
        QVERIFY(searched({hundred, 2, 0.01, 9}, [](double) { return 1.0; }).unreachable());
        QVERIFY(!searched({hundred, 1, 0.01, 9}, [](double) { return 1.0; }).unreachable());
    }

    void whatIsNotMonotoneIsNoticed() {
        const auto hump = [](double place) { return place + (place > 40 && place < 60 ? 200 : 0); };
        const ReachSearch search = searched({hundred, 50.5, 0.02, 9}, hump);
        QVERIFY(!search.monotone());
        // It is a value of the course all the same.
        QCOMPARE(search.best().quantity, hump(search.best().place));
        QVERIFY(searched({hundred, 50.5, 0.02, 9}, [](double place) { return place; }).monotone());
    }

    void runsAreBounded() {
        const auto wild = [](double place) { return std::fmod(place * 7919, 101) + place * 1e-6; };
        for (int most = 3; most < 12; ++most)
            QVERIFY(searched({hundred, 50.123456, 1e-9, most}, wild).runs() <= most);
        const ReachSearch search =
            searched({{false, 0, 1, false}, 0.3, 1e-15, 1000}, [](double x) { return x < 0.5 ? 0.0 : 1.0; });
        QVERIFY(!search.within() && search.runs() < 1000);
    }

    void infiniteQuantitiesAreNoTrouble() {
        const auto quantity = [](double place) {
            return place > 90 ? std::numeric_limits<double>::infinity() : place;
        };
        const ReachSearch search = searched({hundred, 50, 1e-9, 16}, quantity);
        QVERIFY(search.within() && search.best().place == 50);
    }

    void equalRunsAskEqualQuestions() {
        std::set<double> first, second;
        searched({hundred, 0.5, 0.001, 16}, sizeOf, &first);
        searched({hundred, 0.5, 0.001, 16}, sizeOf, &second);
        QVERIFY(first == second);
    }
};

QTEST_GUILESS_MAIN(ReachSearchTest)
#include "reach_search_test.moc"
