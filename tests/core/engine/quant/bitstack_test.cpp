// BitStack's decomposition: anchors and proof shapes of the specification, identities, the order of blocks, hostile
// input.

#include "core/engine/quant/bitstack.h"

#include "core/engine/quant/gptq.h"
#include "core/engine/quant/leading_factors.h"
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
using ratescope::engine::test::isNear;

namespace {

Matrix<float> gaussian(std::int64_t rows, std::int64_t columns, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> draw;
    Matrix<float> matrix(rows, columns);
    std::ranges::generate(matrix.values, [&] { return draw(random); });
    return matrix;
}

/// Rows and columns of very different strength: log-normal factors, σ = 0.5.
Matrix<float> spread(Matrix<float> matrix) {
    std::mt19937 random(7);
    std::lognormal_distribution<float> draw(0, 0.5F);
    std::vector<float> columns(static_cast<std::size_t>(matrix.columns));
    std::ranges::generate(columns, [&] { return draw(random); });
    for (std::int64_t i = 0; i < matrix.rows; ++i) {
        const float row = draw(random);
        for (std::int64_t j = 0; j < matrix.columns; ++j)
            matrix.at(i, j) *= row * columns[static_cast<std::size_t>(j)];
    }
    return matrix;
}

double energyOf(const Matrix<float>& matrix) {
    double sum = 0;
    for (const float value : matrix.values)
        sum += double(value) * double(value);
    return sum;
}

double relativeError(const Matrix<float>& restored, const Matrix<float>& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.values.size(); ++i)
        sum += std::pow(double(restored.values[i]) - double(weights.values[i]), 2);
    return sum / energyOf(weights);
}

double relativeEnergy(const BitstackStack& stack, std::size_t blocks) {
    return stack.energies[blocks] / stack.energies[0];
}

Matrix<float> sumOf(const BitstackStack& stack, std::size_t blocks) {
    Matrix<float> sum(stack.shape.rows, stack.shape.columns);
    for (std::size_t t = 0; t < blocks; ++t)
        addBlock(sum, stack.shape, stack.blocks[t]);
    return sum;
}

double bitsPerWeight(const BitstackShape& shape) {
    return 8.0 * double(shape.bytes()) / double(shape.rows * shape.columns);
}

double nearestError(const Matrix<float>& weights, int bits) {
    return relativeError(roundToNearest("w", weights, {{bits, false}, -1}).weights, weights);
}

/// BitStack of W·diag(s), back to W: the norms of a layer's inputs are its scales, or 1.
Matrix<float> throughBlocks(const test::SyntheticLayer& layer, std::int64_t blocks, bool isScaled) {
    Matrix<float> weights = layer.weights;
    std::vector<float> scales(static_cast<std::size_t>(weights.columns), 1);
    for (std::size_t j = 0; isScaled && j < scales.size(); ++j)
        scales[j] = float(std::sqrt(layer.hessian.values.at(std::int64_t(j), std::int64_t(j)) / 2));
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < weights.columns; ++j)
            weights.at(i, j) *= scales[std::size_t(j)];
    const BitstackStack stack = bitstack("layer", weights, {.blocks = blocks, .rank = 1});
    Matrix<float> restored = sumOf(stack, std::size_t(blocks));
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < weights.columns; ++j)
            restored.at(i, j) /= scales[std::size_t(j)];
    return restored;
}

}  // namespace

class BitstackTest : public QObject {
    Q_OBJECT
  private slots:
    void gaussianResidualsAreThoseOfTheSpecification() {
        const Matrix<float> weights = gaussian(512, 512);
        const BitstackStack one = bitstack("w", weights, {.blocks = 5, .rank = 1});
        const double oneAnchors[] = {0.362, 0.130, 0.058, 0.0325, 0.0223};
        for (std::size_t t = 0; t < 5; ++t)
            QVERIFY(isNear(relativeEnergy(one, t + 1), oneAnchors[t], 0.03));
        const BitstackStack sixteen = bitstack("w", weights, {.blocks = 5, .rank = 16});
        const double sixteenAnchors[] = {0.323, 0.105, 0.040, 0.0173, 0.0088};
        for (std::size_t t = 0; t < 5; ++t)
            QVERIFY(isNear(relativeEnergy(sixteen, t + 1), sixteenAnchors[t], 0.03));
        // Without signs, for as many bits.
        const BitstackStack plain = bitstack("w", weights, {.blocks = 3, .rank = 1, .signs = false});
        QVERIFY(isNear(bitsPerWeight(plain.shape), 1.0625, 0.001));
        const double plainAnchors[] = {0.881, 0.778, 0.687};
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(isNear(relativeEnergy(plain, t + 1), plainAnchors[t], 0.01));
    }

    /// |N(0, 1)| has the mean √(2/π): what its constant leaves.
    void firstBlockLeavesWhatTheHalfNormalLawSays() {
        const BitstackStack stack = bitstack("w", gaussian(1024, 768), {.blocks = 1, .rank = 1});
        const double limit = 1 - 2 / M_PI;
        QVERIFY(relativeEnergy(stack, 1) < limit);
        QVERIFY(isNear(relativeEnergy(stack, 1), limit, 0.004));
    }

    void crossesRoundToNearestWhereTheSpecificationSays() {
        const Matrix<float> weights = gaussian(512, 512);
        const BitstackStack stack = bitstack("w", weights, {.blocks = 4, .rank = 1});
        QVERIFY(isNear(bitsPerWeight(stack.shape), 1.0625, 1e-9));
        QVERIFY(relativeEnergy(stack, 2) < 0.5 * nearestError(weights, 2));  // 2.1 bits against 2.06
        QVERIFY(relativeEnergy(stack, 3) < nearestError(weights, 3));        // 3.2 against 3.06
        QVERIFY(relativeEnergy(stack, 4) > nearestError(weights, 4));        // 4.25 against 4.06
        const Matrix<float> uneven = spread(weights);
        const BitstackStack other = bitstack("w", uneven, {.blocks = 2, .rank = 1});
        QVERIFY(isNear(relativeEnergy(other, 2), 0.127, 0.05));
        QVERIFY(nearestError(uneven, 2) > 1.2 * nearestError(weights, 2));
    }

    void signsAreWorthFarMoreThanPlainFactors() {
        const Matrix<float> weights = gaussian(256, 256);
        const BitstackStack signs = bitstack("w", weights, {.blocks = 3, .rank = 2});
        const BitstackStack plain = bitstack("w", weights, {.blocks = 3, .rank = 2, .signs = false});
        QCOMPARE(plain.shape.bytes(), signs.shape.bytes());
        for (std::size_t t = 1; t <= 3; ++t)
            QVERIFY(relativeEnergy(signs, t) < 0.5 * relativeEnergy(plain, t));
    }

    /// Where inputs differ in strength, errors go where they do little harm.
    void scalesLowerTheErrorOfTheOutputs() {
        for (const std::int64_t blocks : {2, 3}) {
            const auto loss = [&](bool isScaled) {
                return test::meanLoss([&](const test::SyntheticLayer& layer) {
                    return throughBlocks(layer, blocks, isScaled);
                });
            };
            const double scaled = loss(true), unscaled = loss(false);
            QVERIFY2(scaled < 0.97 * unscaled, qPrintable(QString("%1, %2").arg(scaled).arg(unscaled)));
        }
    }

    void residualsNeverGrow_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("rank");
        for (const int rank : {0, 1, 3})
            for (const auto& [rows, columns] :
                 std::vector<std::pair<int, int>>{{40, 30}, {13, 9}, {1, 50}, {50, 1}, {1, 1}, {65, 33}})
                QTest::addRow("%d x %d, rank %d", rows, columns, rank) << rows << columns << rank;
    }
    void residualsNeverGrow() {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, rank);
        for (const bool signs : {true, false}) {
            const Matrix<float> weights = gaussian(rows, columns);
            const BitstackStack stack = bitstack("w", weights, {.blocks = 10, .rank = rank, .signs = signs});
            QCOMPARE(stack.energies.size(), std::size_t(11));
            for (std::size_t t = 0; t < 10; ++t) {
                // Once only the rounding of halves is left, there is nothing to gain.
                QVERIFY(stack.energies[t + 1] <= stack.energies[t] * (1 + 1e-6) + 1e-12 * stack.energies[0]);
                QVERIFY(std::abs(relativeEnergy(stack, t + 1) - relativeError(sumOf(stack, t + 1), weights)) <
                        1e-6);
            }
        }
    }

    void dropIsTheSumOfSquaredSingularValues() {
        Matrix<float> magnitudes = gaussian(120, 90);
        for (float& value : magnitudes.values)
            value = std::abs(value);
        for (const std::int64_t rank : {1, 5, 90}) {
            const LeadingFactors factors = leadingFactors(magnitudes, rank);
            Matrix<float> left = magnitudes;
            double squares = 0;
            for (std::int64_t r = 0; r < rank; ++r) {
                const double value = factors.values[std::size_t(r)];
                squares += value * value;
                for (std::int64_t i = 0; i < left.rows; ++i)
                    for (std::int64_t j = 0; j < left.columns; ++j)
                        left.at(i, j) -= float(value * factors.left.at(i, r)) * factors.right.at(r, j);
            }
            QVERIFY(std::abs(energyOf(magnitudes) - squares - energyOf(left)) < 1e-5 * energyOf(magnitudes));
        }
    }

    /// Columns that hang on each other, and orthogonal ones with known singular values.
    void leadingFactorsOfKnownMatrices() {
        Matrix<float> known(6, 4);
        for (std::int64_t i = 0; i < 4; ++i)
            known.at(i, 3 - i) = float(4 - i);
        const LeadingFactors factors = leadingFactors(known, 3);
        for (std::size_t r = 0; r < 3; ++r)
            QVERIFY(std::abs(factors.values[r] - double(4 - r)) < 1e-5);
        Matrix<float> flat(30, 20, 0.5F);
        const LeadingFactors few = leadingFactors(flat, 3);
        QVERIFY(std::abs(few.values[0] - 0.5 * std::sqrt(600.0)) < 1e-4);
        QVERIFY(few.values[1] < 1e-4 && few.values[2] < 1e-4);
        VERIFY_ERROR(leadingFactors(flat, 0), ErrorKind::Internal, "A rank of 0");
        VERIFY_ERROR(leadingFactors(flat, 21), ErrorKind::Internal, "A rank of 21");
    }

    void productsOfSignedVectorsAreExact() {
        Matrix<float> weights(37, 53);
        const Matrix<float> a = gaussian(37, 1, 3), b = gaussian(1, 53, 4);
        for (std::int64_t i = 0; i < 37; ++i)
            for (std::int64_t j = 0; j < 53; ++j)
                weights.at(i, j) = a.at(i, 0) * b.at(0, j);
        const Matrix<float> restored = sumOf(bitstack("w", weights, {.blocks = 1, .rank = 1}), 1);
        for (std::size_t i = 0; i < weights.values.size(); ++i)
            QVERIFY(std::abs(restored.values[i] - weights.values[i]) <=
                    std::abs(weights.values[i]) * 0x1p-9F);
    }

    /// Later blocks mend what rounding to halves has left of the earlier ones.
    void manyFullBlocksAreExact() {
        for (const bool signs : {true, false}) {
            const Matrix<float> weights = gaussian(24, 18);
            const BitstackStack stack = bitstack("w", weights, {.blocks = 4, .rank = 18, .signs = signs});
            QCOMPARE(stack.shape.rank, std::int64_t(18));
            QVERIFY(relativeEnergy(stack, 1) > 1e-9);
            QVERIFY(relativeEnergy(stack, 4) < 1e-12);
        }
    }

    void signsArePackedRowByRow() {
        Matrix<float> weights(3, 3);
        weights.values = {1, -1, 0, 2, -3, 4, -5, 6, 0};
        const BitstackStack stack = bitstack("w", weights, {.blocks = 1, .rank = 1});
        QCOMPARE(stack.blocks[0].signs, (std::vector<std::uint8_t>{0b10110101, 0b10000000}));
        const BitstackShape shape{3, 3, 1, true};
        QCOMPARE(shape.signBytes(), std::int64_t(2));
        Matrix<float> sum(3, 3);
        addBlock(sum, shape,
                 {stack.blocks[0].signs, std::vector<std::uint16_t>(3, media::floatToHalf(1)),
                  std::vector<std::uint16_t>(3, media::floatToHalf(0.5F))});
        QCOMPARE(sum.values, (std::vector<float>{.5F, -.5F, .5F, .5F, -.5F, .5F, -.5F, .5F, .5F}));
    }

    void blocksAddUpInAnyOrder() {
        const BitstackStack stack = bitstack("w", gaussian(70, 45), {.blocks = 5, .rank = 2});
        Matrix<float> backwards(70, 45);
        for (std::size_t t = 5; t-- > 0;)
            addBlock(backwards, stack.shape, stack.blocks[t]);
        QVERIFY(relativeError(backwards, sumOf(stack, 5)) < 1e-12);
    }

    void threadsAndInstructionsChangeNoBit() {
        const Matrix<float> weights = gaussian(150, 77);
        const BitstackStack first = bitstack("w", weights, {.blocks = 3, .rank = 2});
        for (const InstructionSet instructions : usableInstructionSets())
            for (const int threads : {1, 3}) {
                media::Execution execution;
                execution.threads = threads;
                execution.instructions = instructions;
                const BitstackStack again = bitstack("w", weights, {.blocks = 3, .rank = 2}, execution);
                QCOMPARE(again.energies, first.energies);
                Matrix<float> sum(150, 77), before(150, 77);
                for (std::size_t t = 0; t < 3; ++t) {
                    QCOMPARE(again.blocks[t].signs, first.blocks[t].signs);
                    QCOMPARE(again.blocks[t].left, first.blocks[t].left);
                    QCOMPARE(again.blocks[t].right, first.blocks[t].right);
                    addBlock(sum, again.shape, again.blocks[t], execution);
                    addBlock(before, first.shape, first.blocks[t]);
                }
                QCOMPARE(sum, before);
            }
    }

    void costsAreThoseOfTheSpecification() {
        const auto cost = [](std::int64_t rows, std::int64_t columns, std::int64_t rank) {
            return std::round(1000 * bitsPerWeight(bitstackShape(rows, columns, rank, true))) / 1000;
        };
        const std::int64_t sizes[][2] = {{4096, 4096}, {1536, 576}, {576, 576}, {64, 64}};
        const double table[][3] = {
            {1.008, 1.031, 1.125}, {1.038, 1.153, 1.611}, {1.056, 1.222, 1.889}, {1.5, 3, 9}};
        for (int size = 0; size < 4; ++size)
            for (int k = 0; k < 3; ++k)
                QCOMPARE(cost(sizes[size][0], sizes[size][1], std::int64_t(1) << 2 * k), table[size][k]);
        // 0: the largest rank that adds a quarter of a bit or less, and at least 1.
        QCOMPARE(bitstackShape(4096, 4096, 0, true).rank, std::int64_t(32));
        QCOMPARE(bitstackShape(1536, 576, 0, true).rank, std::int64_t(6));
        QCOMPARE(bitstackShape(576, 576, 0, true).rank, std::int64_t(4));
        QCOMPARE(bitstackShape(64, 64, 0, true).rank, std::int64_t(1));
        QCOMPARE(bitstackShape(3, 1000, 16, true).rank, std::int64_t(3));
        QCOMPARE(bitstackShape(4096, 4096, 16, false).rank, std::int64_t(128 + 16));
    }

    void zerosStayZeros() {
        const BitstackStack stack = bitstack("w", Matrix<float>(9, 7), {.blocks = 3});
        for (const BitstackBlock& block : stack.blocks) {
            QVERIFY(std::ranges::all_of(block.left, [](std::uint16_t half) { return half << 1 == 0; }));
            QVERIFY(std::ranges::all_of(block.right, [](std::uint16_t half) { return half << 1 == 0; }));
        }
        QCOMPARE(energyOf(sumOf(stack, 3)), 0.0);
    }

    void badWeightsAreRefused() {
        Matrix<float> weights = gaussian(8, 8);
        VERIFY_ERROR(bitstack("w", weights, {.blocks = 0}), ErrorKind::Usage, "no blocks");
        VERIFY_ERROR(bitstack("w", weights, {.rank = -1}), ErrorKind::Usage, "negative rank");
        for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            weights.at(3, 3) = bad;
            VERIFY_ERROR(bitstack("w", weights, {}), ErrorKind::Input, "\"w\" holds NaN");
        }
        for (const float large : {1e10F, 3e38F}) {
            weights.at(3, 3) = large;
            VERIFY_ERROR(bitstack("w", weights, {}), ErrorKind::Input, "\"w\" holds weights too large");
        }
    }

    void blocksAreOrderedByLevel() {
        const double nan = std::nan("");
        const std::vector<std::string> names{"a.weight", "b.weight", "c.weight"};
        Matrix<double> scores(3, 3);
        scores.values = {3, 1, 2,  //
                         5, 5, 4,  //
                         1, 2, 3};
        QCOMPARE(blockOrder(scores, names), (std::vector<std::int64_t>{1, 2, 0, 2, 0, 1, 0, 1, 2}));
        // A NaN is the next level's own score, and that level's greatest on top: 5 + 5 and, a level on, 1 + 3.
        scores.values = {nan, 11, 9,    //
                         5,   5,  nan,  //
                         1,   2,  1};
        QCOMPARE(blockOrder(scores, names), (std::vector<std::int64_t>{2, 0, 1, 2, 0, 1, 0, 2, 1}));
        scores.at(2, 1) = nan;
        VERIFY_ERROR(blockOrder(scores, names), ErrorKind::Input, "last block of \"b.weight\"");
        QVERIFY(blockOrder({}, {}).empty());
    }

    void energyOrderTakesWhatABytePaysFor() {
        Matrix<float> strong = gaussian(40, 40, 5);
        for (float& value : strong.values)
            value *= 10;
        const std::vector<BitstackStack> stacks{bitstack("a", gaussian(40, 40), {.blocks = 3}),
                                                bitstack("b", strong, {.blocks = 3})};
        const Matrix<double> scores = energyScores(stacks);
        QCOMPARE(scores.rows, std::int64_t(2));
        const double drop = stacks[1].energies[1] - stacks[1].energies[2];
        QCOMPARE(scores.at(0, 1), -drop / (1600 / 8 + 2 * 80));
        const std::vector<std::string> names{"a", "b"};
        QCOMPARE(blockOrder(scores, names), (std::vector<std::int64_t>{1, 0, 1, 0}));
    }
};

QTEST_GUILESS_MAIN(BitstackTest)
#include "bitstack_test.moc"
