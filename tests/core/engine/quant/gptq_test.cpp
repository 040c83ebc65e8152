// Round to nearest and GPTQ on the synthetic layer: anchors, exact identities, what may not change the result.

#include "core/engine/quant/gptq.h"

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

GroupSettings settings(int bits, std::int64_t groupSize, bool symmetric = false, bool staticGroups = false) {
    return {{bits, symmetric}, groupSize, staticGroups, false};
}

InverseFactor factorOf(const SyntheticLayer& layer, bool actOrder = false) {
    return factorInverse("layer", layer.hessian.values, {0.01, actOrder});
}

GroupQuantised compress(const SyntheticLayer& layer, const GroupSettings& chosen, bool actOrder = false) {
    return gptq("layer", layer.weights, factorOf(layer, actOrder), chosen);
}

double identityError(const GroupQuantised& result, const SyntheticLayer& layer, const InverseFactor& factor) {
    const double exact =
        proxyLoss(ordered(result.weights, factor.order), ordered(layer.weights, factor.order),
                  dampedHessian(layer.hessian.values, factor));
    return std::abs(result.loss / exact - 1);
}

}  // namespace

class GptqTest : public QObject {
    Q_OBJECT
  private slots:
    void theAnchorsOfTheSpecification_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<double>("rtn");
        QTest::addColumn<double>("plain");
        QTest::addColumn<double>("actOrder");
        QTest::addRow("2 bits") << 2 << 0.272 << 0.198 << 0.139;
        QTest::addRow("3 bits") << 3 << 0.0568 << 0.0356 << 0.0268;
        QTest::addRow("4 bits") << 4 << 0.0124 << 0.0076 << 0.0058;
    }
    void theAnchorsOfTheSpecification() {
        QFETCH(int, bits);
        QFETCH(double, rtn);
        QFETCH(double, plain);
        QFETCH(double, actOrder);
        const GroupSettings chosen = settings(bits, 64);
        const double nearest = meanLoss([&](const SyntheticLayer& layer) {
            return roundToNearest("layer", layer.weights, chosen).weights;
        });
        const double compensated =
            meanLoss([&](const SyntheticLayer& layer) { return compress(layer, chosen).weights; });
        const double inOrder =
            meanLoss([&](const SyntheticLayer& layer) { return compress(layer, chosen, true).weights; });
        QVERIFY(isNear(nearest, rtn, 0.15));
        QVERIFY(isNear(compensated, plain, 0.15));
        QVERIFY(isNear(inOrder, actOrder, 0.15));
        QVERIFY(nearest > compensated && compensated > inOrder);
    }

    void theSumOfErrorsIsTheProxyLoss_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("actOrder");
        for (const int bits : {1, 2, 4, 8})
            for (const bool actOrder : {false, true})
                QTest::addRow("%d bits%s", bits, actOrder ? ", act-order" : "") << bits << actOrder;
    }
    void theSumOfErrorsIsTheProxyLoss() {
        QFETCH(int, bits);
        QFETCH(bool, actOrder);
        const InverseFactor factor = factorOf(small(), actOrder);
        for (const bool staticGroups : {false, true}) {
            const auto result =
                gptq("layer", small().weights, factor, settings(bits, 32, false, staticGroups));
            QVERIFY2(identityError(result, small(), factor) < 1e-6,
                     qPrintable(QString::number(identityError(result, small(), factor))));
        }
    }

    void blocksAndThreadsChangeNoBit() {
        const InverseFactor factor = factorOf(small(), true);
        const GroupSettings chosen = settings(3, 40);
        const GroupQuantised once = gptq("layer", small().weights, factor, chosen);
        for (const std::int64_t columns : {1, 32, 33, 1000})
            for (const int threads : {1, 3}) {
                const auto again = gptq("layer", small().weights, factor, chosen,
                                        {.threads = threads, .check = [] {}}, columns);
                QCOMPARE(again.codes.values, once.codes.values);
                QVERIFY(again.weights == once.weights);
                QCOMPARE(again.loss, once.loss);
            }
    }

    /// The same as the plain loop over a matrix whose columns lie in that order, and no permutation to store.
    void groupsStayTogetherInTheirOrder() {
        GroupSettings chosen = settings(3, 32);
        const InverseFactor factor = factorInverse("layer", small().hessian.values, {0.01, false, 32});
        const std::int64_t inputs = factor.size(), whole = inputs / 32;
        QVERIFY(factor.isOrdered() && inputs % 32 != 0);
        double before = std::numeric_limits<double>::infinity();
        for (std::int64_t place = 0; place < inputs; ++place) {
            const auto input = [&](std::int64_t at) { return factor.order[static_cast<std::size_t>(at)]; };
            const auto strength = [&](std::int64_t at) {
                return small().hessian.values.at(input(at), input(at));
            };
            QCOMPARE(input(place) / 32, input(place / 32 * 32) / 32);
            if (place % 32 != 0) QVERIFY(strength(place) <= strength(place - 1));
            if (place % 32 == 0 && place / 32 < whole) {
                QVERIFY(strength(place) <= before);
                before = strength(place);
            }
        }
        QCOMPARE(factor.order.back() / 32, whole);

        chosen.keepsGroups = true;
        const GroupQuantised result = gptq("layer", small().weights, factor, chosen);
        QVERIFY(result.order.empty());
        QVERIFY(dequantised(result, chosen.grid) == result.weights);
        SyntheticLayer turned = small();
        turned.weights = ordered(turned.weights, factor.order);
        for (std::int64_t i = 0; i < inputs; ++i)
            for (std::int64_t j = 0; j < inputs; ++j)
                turned.hessian.values.at(i, j) = small().hessian.values.at(
                    factor.order[static_cast<std::size_t>(i)], factor.order[static_cast<std::size_t>(j)]);
        const GroupQuantised plain = compress(turned, settings(3, 32));
        QVERIFY(result.weights == restored(plain.weights, factor.order));
        QVERIFY(result.loss < compress(small(), settings(3, 32)).loss);
    }

    void aWholeRowIsOneGroup() {
        GroupSettings chosen = settings(3, -1);
        chosen.keepsGroups = true;
        const auto factor = factorInverse("layer", small().hessian.values,
                                          {0.01, false, std::numeric_limits<std::int64_t>::max()});
        const GroupQuantised result = gptq("layer", small().weights, factor, chosen);
        const GroupQuantised inOrder = compress(small(), settings(3, -1), true);
        QVERIFY(result.order.empty() && !inOrder.order.empty());
        QVERIFY(result.weights == inOrder.weights);
    }

    void independentInputsGiveRoundToNearest() {
        std::mt19937 random(3);
        std::uniform_real_distribution<float> draw(0.1F, 3.0F);
        const auto activations = diagonalMatrix(150, [&](std::int64_t) { return draw(random); });
        const Hessian hessian = hessianOfActivations(activations);
        for (const int bits : {1, 2, 4, 8})
            for (const bool actOrder : {false, true}) {
                const auto chosen = settings(bits, 32, false, true);
                const auto nearest = roundToNearest("layer", small().weights, chosen);
                const auto result = gptq("layer", small().weights,
                                         factorInverse("layer", hessian.values, {0.01, actOrder}), chosen);
                QCOMPARE(result.codes.values, nearest.codes.values);
                QCOMPARE(result.scales.values, nearest.scales.values);
                QCOMPARE(result.zeros.values, nearest.zeros.values);
                QVERIFY(result.weights == nearest.weights);
                QVERIFY(result.order.empty());
            }
    }

    void independentInputsNeedNoMatrix() {
        for (const std::vector<double>& diagonal : independentInputs())
            for (const bool actOrder : {false, true})
                for (const std::int64_t together : {0, 32}) {
                    const FactorSettings chosen{0.01, actOrder, together};
                    const InverseFactor whole = factorInverse("layer", diagonalHessian(diagonal), chosen);
                    const InverseFactor ours = factorIndependent("layer", diagonal, chosen);
                    QVERIFY(ours.columns.values.empty());
                    QCOMPARE(ours.size(), std::int64_t{150});
                    QCOMPARE(ours.order, whole.order);
                    QCOMPARE(ours.dead, whole.dead);
                    QCOMPARE(ours.damping, whole.damping);
                    QCOMPARE(ours.diagonals, whole.diagonals);
                    const auto plain = gptq("layer", small().weights, whole, settings(3, 32));
                    const auto result = gptq("layer", small().weights, ours, settings(3, 32));
                    QCOMPARE(result.codes.values, plain.codes.values);
                    QCOMPARE(result.scales.values, plain.scales.values);
                    QCOMPARE(result.zeros.values, plain.zeros.values);
                    QCOMPARE(result.order, plain.order);
                    QVERIFY(result.weights == plain.weights);
                    QCOMPARE(result.loss, plain.loss);
                }
        VERIFY_ERROR(factorIndependent("q", {}, {}), ErrorKind::Input, "\"q\" is empty");
        VERIFY_ERROR(factorIndependent("q", std::vector<double>{1, -1}, {}), ErrorKind::Input,
                     "negative diagonal");
        VERIFY_ERROR(factorIndependent("q", std::vector<double>{1}, {0}), ErrorKind::Usage, "damping");
    }

    void moreBitsLoseLess() {
        double before = std::numeric_limits<double>::infinity();
        for (const int bits : {1, 2, 3, 4, 5, 6, 8, 12}) {
            const double loss = relativeLoss(compress(small(), settings(bits, 32)).weights, small());
            QVERIFY2(loss < before, qPrintable(QString::number(bits)));
            before = loss;
        }
        // Weights of a size at which half precision holds the fine steps.
        SyntheticLayer large = small();
        for (float& weight : large.weights.values)
            weight *= 4096;
        const double loss = relativeLoss(compress(large, settings(16, 32)).weights, large);
        QVERIFY2(loss < 1e-8, qPrintable(QString::number(loss)));
    }

    void finerGroupsLowerTheRoundingBound() {
        double before = std::numeric_limits<double>::infinity();
        for (const std::int64_t size : {-1, 64, 32, 16, 8}) {
            const auto stored = roundToNearest("layer", small().weights, settings(4, size));
            double bound = 0;
            for (std::int64_t i = 0; i < stored.codes.rows; ++i)
                for (std::int64_t j = 0; j < stored.codes.columns; ++j)
                    bound += std::pow(media::halfToFloat(stored.scales.at(i, j / stored.groupSize)), 2) / 12;
            QVERIFY(bound <= before);
            before = bound;
        }
    }

    void strengthOfTheInputsDoesNotMatter() {
        Hessian stronger = small().hessian;
        for (double& value : stronger.values.values)
            value *= 1024;
        const auto chosen = settings(3, 32);
        const auto result =
            gptq("layer", small().weights, factorInverse("layer", stronger.values, {}), chosen);
        QCOMPARE(result.codes.values, compress(small(), chosen).codes.values);
    }

    void whatIsStoredGivesTheWeights() {
        for (const int bits : {1, 2, 4, 8})
            for (const bool symmetric : {false, true})
                for (const bool staticGroups : {false, true}) {
                    const auto stored = compress(small(), settings(bits, 32, symmetric, staticGroups), true);
                    QVERIFY(dequantised(stored, {bits, symmetric}) == stored.weights);
                    QCOMPARE(stored.order.empty(), staticGroups);
                    const std::uint64_t groups = 5, perGroup = bits == 1 ? 32 : 16 + (symmetric ? 0 : bits);
                    QCOMPARE(storedBits(stored, {bits, symmetric}),
                             70 * (150 * static_cast<std::uint64_t>(bits) + groups * perGroup) +
                                 (staticGroups ? 0 : 150 * 16));
                }
    }

    void rowsInAnotherOrderGiveTheSameRows() {
        Matrix<float> turned(small().weights.rows, small().weights.columns);
        for (std::int64_t i = 0; i < turned.rows; ++i)
            std::ranges::copy(small().weights.row(i), turned.row(turned.rows - 1 - i).begin());
        const auto plain = roundToNearest("layer", small().weights, settings(4, -1));
        const auto result = roundToNearest("layer", turned, settings(4, -1));
        for (std::int64_t i = 0; i < turned.rows; ++i)
            QVERIFY(std::ranges::equal(plain.codes.row(i), result.codes.row(turned.rows - 1 - i)));
    }

    void constantGroupsAndDeadInputsComeBackExactly() {
        SyntheticLayer layer = small();
        for (std::int64_t j = 0; j < 32; ++j)
            layer.weights.at(0, j) = 0.375F, layer.weights.at(1, j) = 0, layer.weights.at(2, j) = -0.5F;
        for (const int bits : {2, 4}) {
            const auto result = roundToNearest("layer", layer.weights, settings(bits, 32));
            for (std::int64_t j = 0; j < 32; ++j) {
                QCOMPARE(result.weights.at(0, j), 0.375F);
                QCOMPARE(result.weights.at(1, j), 0.0F);
                QCOMPARE(result.weights.at(2, j), -0.5F);
            }
        }
        for (std::int64_t j = 0; j < layer.hessian.values.rows; ++j)
            layer.hessian.values.at(7, j) = layer.hessian.values.at(j, 7) = 0;
        const InverseFactor factor = factorOf(layer);
        const auto result = gptq("layer", layer.weights, factor, settings(4, 32));
        for (std::int64_t i = 0; i < layer.weights.rows; ++i) {
            QCOMPARE(result.weights.at(i, 7), 0.0F);
            layer.weights.at(i, 7) = 0;
        }
        QVERIFY(identityError(result, layer, factor) < 1e-6);
    }

    void theClipSearchLowersItsLoss() {
        GroupSettings searched = settings(3, 64);
        searched.searchClip = true;
        const auto loss = [](const Matrix<float>& restored, const Matrix<float>& weights) {
            double sum = 0;
            for (std::size_t i = 0; i < weights.values.size(); ++i)
                sum += std::pow(std::abs(static_cast<double>(restored.values[i]) - weights.values[i]), 2.4);
            return sum;
        };
        const auto plain = roundToNearest("layer", small().weights, settings(3, 64));
        const auto clipped = roundToNearest("layer", small().weights, searched);
        QVERIFY(loss(clipped.weights, small().weights) < 0.95 * loss(plain.weights, small().weights));
    }

    void badInputIsRefused() {
        const InverseFactor factor = factorOf(small());
        const auto chosen = settings(4, 32);
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            Matrix<float> weights = small().weights;
            weights.at(3, 4) = bad;
            VERIFY_ERROR(roundToNearest("q", weights, chosen), ErrorKind::Input, "\"q\" holds NaN");
            VERIFY_ERROR(gptq("q", weights, factor, chosen), ErrorKind::Input, "\"q\" holds NaN");
        }
        Matrix<float> weights = small().weights;
        weights.at(3, 4) = 3e7F;
        VERIFY_ERROR(gptq("q", weights, factor, chosen), ErrorKind::Input, "too large");
        VERIFY_ERROR(gptq("q", Matrix<float>(4, 149), factor, chosen), ErrorKind::Input, "149 inputs");
        for (const std::int64_t size : {0, -2})
            VERIFY_ERROR(roundToNearest("q", weights, settings(4, size)), ErrorKind::Usage, "group");
        for (const int bits : {0, 17})
            VERIFY_ERROR(roundToNearest("q", weights, settings(bits, 8)), ErrorKind::Usage, "bits");
    }

    void aCancelledLoopStops() {
        const media::Execution cancelled{
            .threads = 2, .check = [] { throw Error(ErrorKind::Cancelled, "Cancelled.", "Start again."); }};
        VERIFY_ERROR(gptq("q", small().weights, factorOf(small()), settings(4, 32), cancelled),
                     ErrorKind::Cancelled, "Cancelled");
    }
};

QTEST_GUILESS_MAIN(GptqTest)
#include "gptq_test.moc"
