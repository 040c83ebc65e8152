// AWQ's search of scales and ranges, and the exact allocation of bits.

#include "core/engine/quant/awq.h"

#include "core/engine/quant/allocation.h"
#include "core/media/quality/half.h"
#include "tests/core/engine/quant/synthetic_layer.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::test;

namespace {

GroupSettings settings(int bits) {
    return {{bits, false}, 32, false, false};
}

std::vector<float> magnitudesOf(const SyntheticLayer& layer) {
    std::vector<float> magnitudes(static_cast<std::size_t>(layer.activations.columns));
    for (std::int64_t i = 0; i < layer.activations.rows; ++i)
        for (std::size_t j = 0; j < magnitudes.size(); ++j)
            magnitudes[j] +=
                std::abs(layer.activations.row(i)[j]) / static_cast<float>(layer.activations.rows);
    return magnitudes;
}

double lossOf(const Matrix<float>& restored) {
    return proxyLoss(restored, small().weights, small().hessian.values);
}

AwqScale scaleOf(int bits) {
    return searchAwqScale({{"layer", small().weights}}, magnitudesOf(small()), settings(bits),
                          [](const std::vector<Matrix<float>>& restored) { return lossOf(restored[0]); });
}

Allocation bruteForce(const std::vector<std::vector<Option>>& units, std::uint64_t budget) {
    Allocation best;
    best.loss = std::numeric_limits<double>::infinity();
    std::vector<std::size_t> choices(units.size());
    for (;;) {
        std::uint64_t cost = 0;
        double loss = 0;
        for (std::size_t u = 0; u < units.size(); ++u) {
            cost += units[u][choices[u]].cost;
            loss += units[u][choices[u]].loss;
        }
        if (cost <= budget && loss < best.loss) best = {choices, cost, loss};
        std::size_t u = 0;
        while (u < units.size() && ++choices[u] == units[u].size())
            choices[u++] = 0;
        if (u == units.size()) return best;
    }
}

}  // namespace

class AwqTest : public QObject {
    Q_OBJECT
  private slots:
    void itLosesNoMoreThanRoundToNearest() {
        for (const int bits : {2, 3, 4}) {
            const double nearest = lossOf(roundToNearest("layer", small().weights, settings(bits)).weights);
            const AwqScale scale = scaleOf(bits);
            QVERIFY(scale.loss <= nearest);
            QVERIFY(scale.alpha > 0);
            const auto plain =
                awq({"layer", small().weights}, scale, small().hessian.values, {settings(bits), false});
            QCOMPARE(lossOf(plain.weights), scale.loss);
            const auto clippedToo =
                awq({"layer", small().weights}, scale, small().hessian.values, {settings(bits), true});
            if (bits < 4) QVERIFY(lossOf(clippedToo.weights) < scale.loss);
        }
    }

    void scalesAreTriedAsTheyAreStored() {
        const auto isHalf = [](float scale) {
            return scale > 0 && media::halfToFloat(media::floatToHalf(scale)) == scale;
        };
        for (const int bits : {2, 3, 4})
            QVERIFY(std::ranges::all_of(scaleOf(bits).inputScales, isHalf));
        // The largest is 10^(8α): too large for half precision from α = 0.65 on. The last one tried is taken.
        std::vector<float> uneven(150, 1e-4F);
        uneven[7] = 1e12F;
        double loss = 0;
        const AwqScale scale = searchAwqScale({{"layer", small().weights}}, uneven, settings(3),
                                              [&](const std::vector<Matrix<float>>&) { return --loss; });
        QVERIFY(std::ranges::all_of(scale.inputScales, isHalf));
        QCOMPARE(scale.alpha, 0.6);
    }

    void withoutScalesItIsRoundToNearest() {
        const AwqScale none{0, std::vector<float>(150, 1.0F), 0};
        const auto result =
            awq({"layer", small().weights}, none, small().hessian.values, {settings(3), false});
        QVERIFY(result.weights == roundToNearest("layer", small().weights, settings(3)).weights);
    }

    void withoutAHessianItIsThatOfAnIdentity() {
        const Matrix<double> identity = diagonalHessian(std::vector<double>(150, 1.0));
        for (const AwqScale& scale : {AwqScale{0, std::vector<float>(150, 1.0F), 0}, scaleOf(3)}) {
            const auto plain = awq({"layer", small().weights}, scale, identity, {settings(2), true});
            const auto result = awq({"layer", small().weights}, scale, {settings(2), true});
            QVERIFY(result.weights == plain.weights);
            QCOMPARE(result.stored.codes.values, plain.stored.codes.values);
        }
        const AwqScale unfit{0, std::vector<float>(149, 1.0F), 0};
        VERIFY_ERROR(awq({"q", small().weights}, unfit, {settings(2), true}), ErrorKind::Input,
                     "doesn't fit");
    }

    void foldedScalesLeaveTheOutputs() {
        const AwqScale scale = scaleOf(3);
        for (std::int64_t i = 0; i < 70; ++i) {
            double plain = 0, folded = 0;
            for (std::int64_t j = 0; j < 150; ++j) {
                const double x = small().activations.at(1, j),
                             t = scale.inputScales[static_cast<std::size_t>(j)];
                plain += x * small().weights.at(i, j);
                folded += x / t * static_cast<double>(static_cast<float>(small().weights.at(i, j) * t));
            }
            QVERIFY(std::abs(plain - folded) < 1e-5);
        }
    }

    void clippingLowersTheGroupsOwnError() {
        // Only the diagonal blocks of H count, as the search sees them.
        Matrix<double> blocks = small().hessian.values;
        for (std::int64_t i = 0; i < 150; ++i)
            for (std::int64_t j = 0; j < 150; ++j)
                if (i / 32 != j / 32) blocks.at(i, j) = 0;
        const auto limited = clipped("layer", small().weights, small().hessian.values, settings(2));
        const auto plain = roundToNearest("layer", small().weights, settings(2)).weights;
        const auto better = roundToNearest("layer", limited, settings(2)).weights;
        QVERIFY(proxyLoss(better, small().weights, blocks) < 0.9 * proxyLoss(plain, small().weights, blocks));
        const auto threads = clipped("layer", small().weights, small().hessian.values, settings(2),
                                     {.threads = 3, .check = [] {}});
        QVERIFY(threads == limited);
    }

    void badCalibrationIsRefused() {
        const ParentLoss loss = [](const std::vector<Matrix<float>>&) { return 1.0; };
        for (const float bad : {-1.0F, std::nanf("")})
            VERIFY_ERROR(
                searchAwqScale({{"q", small().weights}}, std::vector<float>(150, bad), settings(3), loss),
                ErrorKind::Input, "\"q\" doesn't fit");
        VERIFY_ERROR(
            searchAwqScale({{"q", small().weights}}, std::vector<float>(149, 1.0F), settings(3), loss),
            ErrorKind::Input, "\"q\" doesn't fit");
        VERIFY_ERROR(searchAwqScale({{"q", small().weights}}, std::vector<float>(150, 1.0F), settings(3),
                                    [](const auto&) { return std::nan(""); }),
                     ErrorKind::Input, "finite error");
        VERIFY_ERROR(clipped("q", small().weights, Matrix<double>(3, 3), settings(3)), ErrorKind::Input,
                     "doesn't fit");
    }

    void theAllocationIsTheBestOfAll() {
        std::mt19937 random(8);
        for (int round = 0; round < 60; ++round) {
            std::vector<std::vector<Option>> units(1 + random() % 5);
            for (auto& options : units) {
                options.resize(1 + random() % 4);
                for (Option& option : options)
                    option = {8 * (random() % 20), static_cast<double>(random() % 1000) - 300};
            }
            std::uint64_t least = 0;
            for (const auto& options : units)
                least += std::ranges::min_element(options, {}, &Option::cost)->cost;
            const std::uint64_t budget = least + random() % 300;
            const Allocation ours = allocate(units, budget), exact = bruteForce(units, budget);
            QCOMPARE(ours.loss, exact.loss);
            QVERIFY(ours.cost <= budget);
            std::uint64_t cost = 0;
            double loss = 0;
            for (std::size_t u = 0; u < units.size(); ++u) {
                cost += units[u][ours.choices[u]].cost;
                loss += units[u][ours.choices[u]].loss;
            }
            QCOMPARE(cost, ours.cost);
            QCOMPARE(loss, ours.loss);
        }
    }

    /// Costs too fine for the table are rounded: the budget is kept, and nothing is lost that fits it with a step a unit
    /// to spare.
    void fineCostsAreRoundedWithinTheBudget() {
        std::mt19937_64 random(11);
        for (int round = 0; round < 2; ++round) {
            std::vector<std::vector<Option>> units(5, std::vector<Option>(4));
            std::uint64_t most = 0;
            for (auto& options : units) {
                for (Option& option : options)
                    option = {random() % (std::uint64_t{1} << 40), static_cast<double>(random() % 1000)};
                options.front().cost = 0;
                most += std::ranges::max_element(options, {}, &Option::cost)->cost;
            }
            const std::uint64_t budget = most / 2;
            const Allocation ours = allocate(units, budget);
            QVERIFY(ours.cost <= budget);
            QVERIFY(ours.loss <= bruteForce(units, budget - budget / 1'000'000).loss);
        }
        // All of the budget is spent where rounded costs would not fit it.
        const std::uint64_t huge = std::uint64_t{1} << 40;
        const Allocation all = allocate({{{0, 1.0}, {huge, 0.0}}, {{1, 1.0}, {huge, 0.0}}}, 2 * huge);
        QCOMPARE(all.choices, (std::vector<std::size_t>{1, 1}));
        QCOMPARE(all.cost, 2 * huge);
        QCOMPARE(all.loss, 0.0);
    }

    /// The 210 tensors of SmolLM2-135M at 2 to 6 bits in groups of 128, five bits a code.
    void theTensorsOfALargeModelFit() {
        const std::vector<std::pair<std::uint64_t, std::uint64_t>> shapes{
            {576, 576}, {192, 576}, {192, 576}, {576, 576}, {1536, 576}, {1536, 576}, {576, 1536}};
        std::vector<std::vector<Option>> units;
        std::uint64_t budget = 0;
        for (int block = 0; block < 30; ++block)
            for (const auto& [outputs, inputs] : shapes) {
                std::vector<Option>& options = units.emplace_back();
                for (std::uint64_t bits = 2; bits <= 6; ++bits)
                    options.push_back({outputs * (inputs * bits + (inputs + 127) / 128 * (16 + bits)),
                                       (1 + block % 7) * std::pow(4.0, -static_cast<double>(bits))});
                budget += options[3].cost;
            }
        int checks = 0;
        const Allocation found = allocate(units, budget, [&] { ++checks; });
        QCOMPARE(checks, 5 * 210);
        std::uint64_t cost = 0;
        double loss = 0, even = 0;
        for (std::size_t unit = 0; unit < units.size(); ++unit) {
            cost += units[unit][found.choices[unit]].cost;
            loss += units[unit][found.choices[unit]].loss;
            even += units[unit][3].loss;
        }
        QCOMPARE(cost, found.cost);
        QVERIFY(cost <= budget && budget - cost < 1'000'000);  // no tensor has room for a bit more
        QVERIFY(std::abs(loss / found.loss - 1) < 1e-9);
        QVERIFY(loss < 0.9 * even);
        VERIFY_ERROR(allocate(units, budget, [] { throw Error(ErrorKind::Cancelled, "Stopped.", "Go on."); }),
                     ErrorKind::Cancelled, "Stopped.");
    }

    void impossibleAllocationsAreRefused() {
        VERIFY_ERROR(allocate({{{5, 1.0}}, {{6, 1.0}}}, 10), ErrorKind::Usage, "fit the budget");
        VERIFY_ERROR(allocate({{}}, 10), ErrorKind::Usage, "nothing to choose");
        VERIFY_ERROR(allocate({{{5, std::nan("")}}}, 10), ErrorKind::Usage, "no number");
        const std::uint64_t huge = std::uint64_t{1} << 40;
        QCOMPARE(allocate({}, 10).cost, std::uint64_t{0});
        QCOMPARE(allocate({{{huge, 1.0}}}, huge).choices, (std::vector<std::size_t>{0}));
    }
};

QTEST_GUILESS_MAIN(AwqTest)
#include "awq_test.moc"
