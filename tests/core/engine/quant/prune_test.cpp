// Pruning: anchors on the synthetic layer, exact counts, identities, ends of the range.

#include "core/engine/quant/prune.h"

#include "tests/core/engine/quant/synthetic_layer.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::test;

namespace {

constexpr PrunePattern half{.sparsity = 0.5};
constexpr PrunePattern twoOfFour{.runLength = 4, .runZeros = 2};

InverseFactor factorOf(const SyntheticLayer& layer, bool actOrder = false) {
    return factorInverse("layer", layer.hessian.values, {0.01, actOrder});
}

std::vector<double> diagonalOf(const SyntheticLayer& layer) {
    std::vector<double> diagonal;
    for (std::int64_t j = 0; j < layer.hessian.values.rows; ++j)
        diagonal.push_back(layer.hessian.values.at(j, j));
    return diagonal;
}

double magnitudeLoss(const PrunePattern& pattern) {
    return meanLoss(
        [&](const SyntheticLayer& layer) { return pruneByMagnitude("layer", layer.weights, pattern); });
}

double wandaLoss(const PrunePattern& pattern) {
    return meanLoss([&](const SyntheticLayer& layer) {
        return pruneWanda("layer", layer.weights, diagonalOf(layer), pattern);
    });
}

double sparseGptLoss(const PrunePattern& pattern) {
    return meanLoss([&](const SyntheticLayer& layer) {
        return pruneSparseGpt("layer", layer.weights, factorOf(layer), pattern).quantised;
    });
}

bool isNear(double value, double anchor) {
    if (std::abs(value / anchor - 1) <= 0.15) return true;
    qWarning("%g is not %g", value, anchor);
    return false;
}

std::int64_t zerosIn(std::span<const float> values) {
    return std::count(values.begin(), values.end(), 0.0F);
}

}  // namespace

class PruneTest : public QObject {
    Q_OBJECT
  private slots:
    void theAnchorsOfTheSpecification() {
        const double magnitude = magnitudeLoss(half), wanda = wandaLoss(half),
                     sparseGpt = sparseGptLoss(half);
        QVERIFY(isNear(magnitude, 0.048));
        QVERIFY(isNear(wanda, 0.0104));
        QVERIFY(isNear(sparseGpt, 0.0071));
        QVERIFY(magnitude > wanda && wanda > sparseGpt);
        const double magnitudeRuns = magnitudeLoss(twoOfFour), wandaRuns = wandaLoss(twoOfFour),
                     sparseGptRuns = sparseGptLoss(twoOfFour);
        QVERIFY(isNear(magnitudeRuns, 0.097));
        QVERIFY(isNear(wandaRuns, 0.031));
        QVERIFY(isNear(sparseGptRuns, 0.0205));
        QVERIFY(magnitudeRuns > wandaRuns && wandaRuns > sparseGptRuns);
        QVERIFY(magnitude < magnitudeRuns && wanda < wandaRuns && sparseGpt < sparseGptRuns);
    }

    void theSumOfErrorsIsTheProxyLoss() {
        for (const PrunePattern& pattern : {half, PrunePattern{.sparsity = 0.9}, twoOfFour}) {
            const InverseFactor factor = factorOf(small(), pattern.runLength == 0);
            const auto result = pruneSparseGpt("layer", small().weights, factor, pattern);
            const double exact =
                proxyLoss(ordered(result.quantised, factor.order), ordered(small().weights, factor.order),
                          dampedHessian(small().hessian.values, factor));
            QVERIFY2(std::abs(result.loss / exact - 1) < 1e-6,
                     qPrintable(QString::number(result.loss / exact - 1)));
        }
    }

    void exactlyAsManyAsAskedForGo() {
        for (const double sparsity : {0.0, 0.1, 0.3, 0.7, 1.0}) {
            const PrunePattern pattern{.sparsity = sparsity};
            const auto perRow = static_cast<std::int64_t>(std::floor(sparsity * 150 + 1e-9));
            const auto perMatrix = static_cast<std::int64_t>(std::floor(sparsity * 150 * 70 + 1e-9));
            QCOMPARE(zerosIn(pruneByMagnitude("layer", small().weights, pattern).values), perMatrix);
            const auto wanda = pruneWanda("layer", small().weights, diagonalOf(small()), pattern);
            for (std::int64_t i = 0; i < wanda.rows; ++i)
                QCOMPARE(zerosIn(wanda.row(i)), perRow);
            const auto sparseGpt =
                pruneSparseGpt("layer", small().weights, factorOf(small()), pattern, {}, 50);
            QCOMPARE(zerosIn(sparseGpt.quantised.values),
                     3 * static_cast<std::int64_t>(sparsity * 3500 + 1e-9));
            if (sparsity == 0) QVERIFY(sparseGpt.quantised == small().weights && wanda == small().weights);
        }
    }

    void exactlyThatNumberGoes() {
        const InverseFactor factor = factorOf(small());
        for (const std::int64_t zeros : {0, 1, 7, 777, 5250, 10499, 10500}) {
            const auto result = pruneSparseGptTo("layer", small().weights, factor, zeros, {}, 40);
            QCOMPARE(zerosIn(result.quantised.values), zeros);
            // No block of columns gives more than its share.
            for (std::int64_t first = 0; first < 150; first += 40) {
                const std::int64_t count = std::min<std::int64_t>(40, 150 - first);
                std::int64_t gone = 0;
                for (std::int64_t i = 0; i < 70; ++i)
                    gone += zerosIn(result.quantised.row(i).subspan(static_cast<std::size_t>(first),
                                                                    static_cast<std::size_t>(count)));
                QVERIFY(std::abs(static_cast<double>(gone - zeros * count / 150)) <= 1);
            }
        }
        // A share that all blocks can have is the same by either name.
        QVERIFY(pruneSparseGptTo("layer", small().weights, factor, 5250, {}, 50).quantised ==
                pruneSparseGpt("layer", small().weights, factor, half, {}, 50).quantised);
        for (const std::int64_t zeros : {-1, 10501})
            VERIFY_ERROR(pruneSparseGptTo("layer", small().weights, factor, zeros), ErrorKind::Usage,
                         "weights to prune");
    }

    void tiesDoNotGoTogether() {
        const Matrix<float> zeros(6, 10);
        Matrix<float> ones(6, 10, 1.0F);
        QCOMPARE(zerosIn(pruneByMagnitude("layer", ones, half).values), 30);
        QCOMPARE(zerosIn(pruneWanda("layer", ones, std::vector<double>(10, 1.0), half).row(2)), 5);
        QVERIFY(pruneByMagnitude("layer", zeros, half) == zeros);
    }

    void runsKeepWhatTheyMust() {
        for (const auto& result :
             {pruneByMagnitude("layer", small().weights, twoOfFour),
              pruneWanda("layer", small().weights, diagonalOf(small()), twoOfFour),
              pruneSparseGpt("layer", small().weights, factorOf(small()), twoOfFour).quantised})
            for (std::int64_t i = 0; i < result.rows; ++i) {
                for (std::size_t j = 0; j < 148; j += 4)
                    QCOMPARE(zerosIn(result.row(i).subspan(j, 4)), 2);
                QCOMPARE(zerosIn(result.row(i).subspan(148)), 1);
            }
    }

    void strengthOfTheInputsDoesNotMatter() {
        SyntheticLayer stronger = small();
        for (double& value : stronger.hessian.values.values)
            value *= 4096;
        QVERIFY(pruneWanda("layer", small().weights, diagonalOf(stronger), half) ==
                pruneWanda("layer", small().weights, diagonalOf(small()), half));
        QVERIFY(pruneSparseGpt("layer", small().weights, factorOf(stronger), half).quantised ==
                pruneSparseGpt("layer", small().weights, factorOf(small()), half).quantised);
    }

    void equalInputsMakeWandaMagnitudeByRow() {
        const auto wanda = pruneWanda("layer", small().weights, std::vector<double>(150, 3.0), half);
        for (std::int64_t i = 0; i < wanda.rows; ++i) {
            Matrix<float> row(1, 150);
            std::ranges::copy(small().weights.row(i), row.values.begin());
            QVERIFY(std::ranges::equal(pruneByMagnitude("layer", row, half).values, wanda.row(i)));
        }
    }

    void independentInputsNeedNoMatrix() {
        for (const std::vector<double>& diagonal : independentInputs()) {
            const InverseFactor whole = factorInverse("layer", diagonalHessian(diagonal), {});
            const InverseFactor ours = factorIndependent("layer", diagonal, {});
            for (const PrunePattern& pattern : {half, twoOfFour}) {
                const auto plain = pruneSparseGpt("layer", small().weights, whole, pattern);
                const auto result = pruneSparseGpt("layer", small().weights, ours, pattern);
                QVERIFY(result.quantised == plain.quantised);
                QCOMPARE(result.loss, plain.loss);
            }
            QVERIFY(pruneSparseGptTo("layer", small().weights, ours, 777).quantised ==
                    pruneSparseGptTo("layer", small().weights, whole, 777).quantised);
        }
    }

    void threadsChangeNoBit() {
        const auto one = pruneSparseGpt("layer", small().weights, factorOf(small()), half);
        const auto three =
            pruneSparseGpt("layer", small().weights, factorOf(small()), half, {.threads = 3, .check = [] {}});
        QVERIFY(one.quantised == three.quantised);
    }

    void bitsAreThoseOfTheTable() {
        const Matrix<float> dense(10, 100, 1.0F);
        QCOMPARE(sparseBits(pruneByMagnitude("layer", dense, half), 16), std::uint64_t{1000 + 500 * 16});
        QCOMPARE(sparseBits(pruneByMagnitude("layer", dense, {.sparsity = 0.99}), 4),
                 std::uint64_t{10 * 20 + 32 * 11});
        QCOMPARE(sparseBits(Matrix<float>(1, mostRowColumns), 16), std::uint64_t{32 * 2});
        QCOMPARE(sparseBits(Matrix<float>(1, mostRowColumns + 1), 16), std::uint64_t{mostRowColumns + 1});
        QCOMPARE(runBits(10, 100, twoOfFour, 16), std::uint64_t{10 * 100 * 9});
        QCOMPARE(runBits(10, 100, twoOfFour, 4), std::uint64_t{10 * 100 * 3});
        QCOMPARE(runBits(1, 6, twoOfFour, 16), std::uint64_t{3 * 18});
    }

    void badInputIsRefused() {
        const auto diagonal = diagonalOf(small());
        for (const PrunePattern& bad :
             {PrunePattern{.sparsity = -0.1}, PrunePattern{.sparsity = 1.1},
              PrunePattern{.sparsity = std::nan("")}, PrunePattern{.runLength = 4, .runZeros = 5},
              PrunePattern{.runLength = -1}}) {
            VERIFY_ERROR(pruneByMagnitude("q", small().weights, bad), ErrorKind::Usage, "no such share");
            VERIFY_ERROR(pruneSparseGpt("q", small().weights, factorOf(small()), bad), ErrorKind::Usage,
                         "no such share");
        }
        Matrix<float> weights = small().weights;
        weights.at(1, 1) = std::numeric_limits<float>::infinity();
        VERIFY_ERROR(pruneByMagnitude("q", weights, half), ErrorKind::Input, "infinite");
        VERIFY_ERROR(pruneWanda("q", weights, diagonal, half), ErrorKind::Input, "infinite");
        VERIFY_ERROR(pruneSparseGpt("q", weights, factorOf(small()), half), ErrorKind::Input, "infinite");
        VERIFY_ERROR(pruneWanda("q", small().weights, std::vector<double>(149, 1.0), half), ErrorKind::Input,
                     "don't fit");
        VERIFY_ERROR(pruneWanda("q", small().weights, std::vector<double>(150, -1.0), half), ErrorKind::Input,
                     "don't fit");
        VERIFY_ERROR(pruneSparseGpt("q", small().weights, factorOf(small()), half, {}, 0), ErrorKind::Usage,
                     "one column at a time or more");
        const auto remedyOf = [](std::int64_t rows, std::int64_t maskColumns) {
            Matrix<float> tall;  // refused before its weights are looked at
            tall.rows = rows;
            try {
                pruneSparseGpt("q", tall, {}, half, {}, maskColumns);
            } catch (const Error& error) {
                return error.remedy();
            }
            return std::string();
        };
        QCOMPARE(remedyOf((std::int64_t{1} << 24) + 1, 128),
                 std::string("Set its columns to 127 or less, or prune it by magnitude or by Wanda."));
        QCOMPARE(remedyOf((std::int64_t{1} << 31) + 1, 128),
                 std::string("Prune it by magnitude or by Wanda."));
        VERIFY_ERROR(pruneSparseGpt("q", small().weights, factorOf(small(), true), twoOfFour),
                     ErrorKind::Usage, "another order");
    }
};

QTEST_GUILESS_MAIN(PruneTest)
#include "prune_test.moc"
