// Codebooks and VPTQ: anchors and proof shapes on the synthetic layer, k-means, identities, hostile input.

#include "core/engine/quant/vptq.h"

#include "tests/core/engine/quant/synthetic_layer.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::test;

namespace {

const media::Execution threeThreads{.threads = 3, .check = [] {}};

std::vector<double> diagonalOf(const SyntheticLayer& layer) {
    std::vector<double> diagonal;
    for (std::int64_t j = 0; j < layer.hessian.values.rows; ++j)
        diagonal.push_back(layer.hessian.values.at(j, j));
    return diagonal;
}

VptqQuantised compress(const SyntheticLayer& layer, const VptqSettings& settings = {}) {
    return vptq("layer", layer.weights, layer.hessian.values, settings);
}

double vptqLoss(const VptqSettings& settings) {
    return meanLoss([&](const SyntheticLayer& layer) { return compress(layer, settings).weights; });
}

double vectorLoss(bool weighted, VectorAxis axis) {
    return meanLoss([&](const SyntheticLayer& layer) {
        const auto shares = weighted ? diagonalOf(layer) : std::vector<double>();
        return vectorQuantise("layer", layer.weights, axis, 4, shares, {.clusters = 256}).weights;
    });
}

bool isNear(double value, double anchor) {
    if (std::abs(value / anchor - 1) <= 0.15) return true;
    qWarning("%g is not %g", value, anchor);
    return false;
}

Matrix<float> vectorsOf(std::int64_t count, std::int64_t length) {
    std::mt19937 random(5);
    std::normal_distribution<float> draw;
    Matrix<float> vectors(count, length);
    std::ranges::generate(vectors.values, [&] { return draw(random); });
    return vectors;
}

}  // namespace

class VptqTest : public QObject {
    Q_OBJECT
  private slots:
    void theAnchorsOfTheSpecification() {
        const double plain = vectorLoss(false, VectorAxis::Outputs);
        const double weighted = vectorLoss(true, VectorAxis::Outputs);
        const double compensated = vptqLoss({});
        QVERIFY(isNear(vectorLoss(false, VectorAxis::Inputs), 0.090));
        QVERIFY(isNear(plain, 0.090));
        QVERIFY(isNear(weighted, 0.059));
        QVERIFY(isNear(compensated, 0.032));
        QVERIFY(isNear(vptqLoss({.normalise = true}), 0.040));
        QVERIFY(plain > 1.3 * weighted && weighted > 1.5 * compensated);
    }

    void longerVectorsAndAResidualLoseLess() {
        const double two = vptqLoss({.vectorLength = 2, .centroids = 16});
        const double four = vptqLoss({.vectorLength = 4, .centroids = 256});
        const double residual = vptqLoss({.vectorLength = 4, .centroids = 256, .residualCentroids = 16});
        QVERIFY(two > four);
        QVERIFY(four > residual);
    }

    void theSumOfErrorsIsTheProxyLoss() {
        // The codebooks' halves of the weights differ from no column to the next.
        for (const std::int64_t residual : {0, 8})
            for (const double outliers : {0.0, 0.05}) {
                const VptqSettings settings{.vectorLength = 6,
                                            .centroids = 32,
                                            .residualCentroids = residual,
                                            .outlierShare = outliers,
                                            .outlierCentroids = 64,
                                            .groups = 2};
                const auto result = compress(small(), settings);
                const InverseFactor factor = factorInverse("layer", small().hessian.values, {0.01, true});
                double scale = 0;
                for (const double value : diagonalOf(small()))
                    scale += value / 150;
                const double exact =
                    proxyLoss(ordered(result.weights, factor.order), ordered(small().weights, factor.order),
                              dampedHessian(small().hessian.values, factor)) /
                    scale;
                QVERIFY2(std::abs(result.loss / exact - 1) < 1e-6,
                         qPrintable(QString::number(result.loss / exact - 1)));
            }
    }

    void independentInputsGivePlainWeightedVectors() {
        const auto activations =
            diagonalMatrix(150, [](std::int64_t j) { return 1 + static_cast<float>(j) / 50; });
        const Hessian hessian = hessianOfActivations(activations);
        std::vector<double> shares;
        for (std::int64_t j = 0; j < 150; ++j)
            shares.push_back(hessian.values.at(j, j));
        const auto plain = vectorQuantise("layer", small().weights, VectorAxis::Outputs, 4, shares,
                                          {.clusters = 64, .tolerance = 1e-5});
        const auto ours = vptq("layer", small().weights, hessian.values, {.centroids = 64, .permute = false});
        QVERIFY(ours.weights == plain.weights);
    }

    void withoutAHessianItIsThatOfAnIdentity() {
        const Matrix<double> identity = diagonalHessian(std::vector<double>(150, 1.0));
        for (const bool normalise : {false, true})
            for (const bool permute : {false, true}) {
                const VptqSettings settings{.centroids = 32,
                                            .residualCentroids = 8,
                                            .outlierShare = 0.05,
                                            .outlierCentroids = 16,
                                            .normalise = normalise,
                                            .permute = permute};
                const auto plain = vptq("layer", small().weights, identity, settings);
                const auto result = vptq("layer", small().weights, settings);
                QCOMPARE(result.stored.order, plain.stored.order);
                QVERIFY(result.weights == plain.weights);
                QCOMPARE(result.loss, plain.loss);
                QCOMPARE(result.damping, plain.damping);
            }
    }

    void aUniformCodebookIsAGrid() {
        // One value a vector on the grid 0 … 15, step 0.05: the column loop written out in doubles chooses the same.
        const InverseFactor factor = factorInverse("layer", small().hessian.values, {0.01, true});
        VectorColumns part{.columns = 150, .codewords = Matrix<float>(16, 1), .residual = {}};
        for (std::int64_t k = 0; k < 16; ++k)
            part.codewords.at(k, 0) = (static_cast<float>(k) - 8) * 0.03125F;
        std::vector<VectorColumns> parts{part};
        const auto result = chooseCodewords("layer", small().weights, factor, parts);
        std::size_t different = 0;
        for (std::int64_t i = 0; i < 70; ++i) {
            std::vector<double> row;
            for (const std::int64_t input : factor.order)
                row.push_back(small().weights.at(i, input));
            for (std::int64_t j = 0; j < 150; ++j) {
                const double weight = row[static_cast<std::size_t>(j)];
                const double code = std::clamp(std::nearbyint(weight / 0.03125) + 8, 0.0, 15.0);
                if (parts[0].indices.at(j, i) != static_cast<int>(code)) ++different;
                const double error = (weight - (code - 8) * 0.03125) / factor.diagonal(j);
                for (std::int64_t k = j + 1; k < 150; ++k)
                    row[static_cast<std::size_t>(k)] -= error * factor.columns.at(k, j);
            }
        }
        QVERIFY2(different <= 5, qPrintable(QString::number(different)));
        QVERIFY(result.loss > 0);
    }

    void asManyCodewordsAsVectorsLoseNothing() {
        const SyntheticLayer layer = syntheticLayer(5, {24, 30, 100});
        for (const bool normalise : {false, true}) {
            const auto result =
                compress(layer, {.centroids = 4096, .normalise = normalise, .halfCodebooks = false});
            QCOMPARE(result.stored.parts[0].codewords.rows, std::int64_t{6 * 30});
            QVERIFY(relativeLoss(result.weights, layer) < (normalise ? 1e-5 : 1e-12));
        }
    }

    void oneCodewordIsTheWeightedMean() {
        const Matrix<float> vectors = vectorsOf(50, 3);
        std::vector<double> weights;
        for (int i = 0; i < 50; ++i)
            weights.push_back(i % 7);
        const auto result = kMeans("layer", vectors, weights, {.clusters = 1});
        for (std::int64_t d = 0; d < 3; ++d) {
            double sum = 0;
            for (std::int64_t i = 0; i < 50; ++i)
                sum += weights[static_cast<std::size_t>(i)] * vectors.at(i, d);
            QVERIFY(std::abs(result.codewords.at(0, d) -
                             sum / std::accumulate(weights.begin(), weights.end(), 0.0)) < 1e-6);
        }
    }

    void theObjectiveNeverRises() {
        for (const std::int64_t clusters : {5, 40, 1500}) {
            const Matrix<float> vectors = vectorsOf(3000, 4);
            std::vector<double> weights;
            for (std::int64_t i = 0; i < 3000; ++i)
                weights.push_back(0.1 + static_cast<double>(i % 11));
            const auto result = kMeans("layer", vectors, weights, {.clusters = clusters});
            QVERIFY(result.objectives.size() > 2);
            for (std::size_t i = 1; i < result.objectives.size(); ++i)
                QVERIFY(result.objectives[i] <= result.objectives[i - 1] * (1 + 1e-6));
            const auto again = kMeans("layer", vectors, weights, {.clusters = clusters}, threeThreads);
            QVERIFY(again.codewords == result.codewords);
            QCOMPARE(again.indices, result.indices);
        }
    }

    // Vectors that surely stay with their codeword are not searched again: whatever the round, each has its nearest.
    void roundsAreThoseOfSearchingAll() {
        Matrix<float> vectors = vectorsOf(6000, 4);
        for (std::int64_t i = 0; i < vectors.rows; ++i)
            for (std::int64_t d = 0; d < 4; ++d)
                vectors.at(i, d) = 0.2F * vectors.at(i, d) + static_cast<float>((i % 64) >> d & 1);
        for (const float scale : {1.0F, 1e-18F, 1e19F})
            for (const int rounds : {0, 1, 2, 3, 5, 8, 13, 40, 100}) {
                Matrix<float> scaled = vectors;
                for (float& value : scaled.values)
                    value *= scale;
                const auto result = kMeans("layer", scaled, {}, {.clusters = 60, .rounds = rounds});
                std::vector<std::uint16_t> nearest(6000);
                std::vector<float> distances(6000);
                NearestCodeword(result.codewords).find(scaled.values, nearest, distances);
                QCOMPARE(result.indices, nearest);
                double objective = 0;
                for (const float distance : distances)
                    objective += static_cast<double>(distance);
                QCOMPARE(result.objectives.back(), objective);
            }
    }

    void eachDistinctVectorHasACodeword() {
        // 1100 distinct ones, of which some come often and weigh much.
        Matrix<float> vectors(4000, 2);
        std::vector<double> weights;
        for (std::int64_t i = 0; i < vectors.rows; ++i) {
            const std::int64_t number = i < 2900 ? i % 50 : i - 2900;
            vectors.at(i, 0) = static_cast<float>(number % 40);
            vectors.at(i, 1) = static_cast<float>(number / 40);
            weights.push_back(number < 50 ? 1000 : 1);
        }
        for (const int rounds : {0, 100}) {
            const auto result =
                kMeans("layer", vectors, weights, {.clusters = 1100, .rounds = rounds, .seed = 2});
            QCOMPARE(result.codewords.rows, std::int64_t{1100});
            QCOMPARE(result.objectives.back(), 0.0);
        }
        const auto more = kMeans("layer", vectors, weights, {.clusters = 2048, .rounds = 0});
        QCOMPARE(more.codewords.rows, std::int64_t{2048});
        QCOMPARE(more.objectives.back(), 0.0);
    }

    /// Where none is twice: the largest of log(u)/weight, a number for each vector that weighs something.
    void manyCodewordsAreDrawnByWeight() {
        const Matrix<float> vectors = vectorsOf(3000, 3);
        std::vector<double> weights;
        for (std::int64_t i = 0; i < vectors.rows; ++i)
            weights.push_back(static_cast<double>(i % 5));
        std::mt19937_64 random(6);
        std::uniform_real_distribution<double> uniform(0, 1);
        std::vector<std::pair<double, std::int64_t>> drawn;
        for (std::int64_t i = 0; i < vectors.rows; ++i)
            if (i % 5 > 0) drawn.emplace_back(std::log(uniform(random)) / static_cast<double>(i % 5), i);
        std::ranges::sort(drawn, std::greater<>());
        const auto result = kMeans("layer", vectors, weights, {.clusters = 2000, .rounds = 0, .seed = 6});
        for (std::int64_t k = 0; k < 2000; ++k)
            QVERIFY(std::ranges::equal(result.codewords.row(k),
                                       vectors.row(drawn[static_cast<std::size_t>(k)].second)));
    }

    void equalWeightsAreNoWeights() {
        const Matrix<float> vectors = vectorsOf(500, 2);
        const auto plain = kMeans("layer", vectors, {}, {.clusters = 16, .seed = 3});
        const auto weighted =
            kMeans("layer", vectors, std::vector<double>(500, 4.0), {.clusters = 16, .seed = 3});
        QCOMPARE(weighted.indices, plain.indices);
        QVERIFY(weighted.codewords == plain.codewords);
    }

    void theNearestCodewordIsFound() {
        for (const std::int64_t clusters : {1, 3, 16, 17, 300}) {
            const Matrix<float> codewords = vectorsOf(clusters, 5), vectors = vectorsOf(23, 5);
            std::vector<std::uint16_t> indices(23);
            NearestCodeword(codewords).find(vectors.values, indices);
            for (std::int64_t i = 0; i < 23; ++i) {
                const auto distance = [&](std::int64_t k) {
                    double sum = 0;
                    for (std::int64_t d = 0; d < 5; ++d)
                        sum += std::pow(vectors.at(i, d) - codewords.at(k, d), 2);
                    return sum;
                };
                for (std::int64_t k = 0; k < clusters; ++k)
                    QVERIFY(distance(indices[static_cast<std::size_t>(i)]) <=
                            distance(k) * (1 + 1e-5) + 1e-9);
            }
        }
    }

    void ofEquallyNearCodewordsTheFirstIsTaken() {
        const Matrix<float> codewords(40, 2, 0.5F);
        std::vector<std::uint16_t> indices(3, 9);
        NearestCodeword(codewords).find(std::vector<float>(6, 1.0F), indices);
        QCOMPARE(indices, (std::vector<std::uint16_t>{0, 0, 0}));
    }

    void bitsAreThoseOfTheFormula() {
        // 70 rows in vectors of 4: 18 a column, the last one padded.
        const auto result = compress(small(), {.centroids = 64, .residualCentroids = 16, .normalise = true});
        const VectorBits bits = storedBits(result.stored);
        QCOMPARE(bits.indices, std::uint64_t{18 * 150 * 10});
        QCOMPARE(bits.indexPadding, std::uint64_t{18 * (47 * 32 - 1500)});
        QCOMPARE(bits.codebooks, std::uint64_t{16 * 4 * 80});
        QCOMPARE(bits.normalisation, std::uint64_t{32 * 150});
        QCOMPARE(bits.permutation, std::uint64_t{16 * 150});
        QCOMPARE(result.weights.rows, std::int64_t{70});
        QVERIFY(dequantised(result.stored) == result.weights);
    }

    void outlierColumnsAreEnlargedUntilTheRestSplits() {
        const auto result =
            compress(small(), {.centroids = 16, .outlierShare = 0.01, .outlierCentroids = 32, .groups = 4});
        QCOMPARE(result.stored.parts.size(), std::size_t{5});
        QCOMPARE(result.stored.parts[0].columns, std::int64_t{2});
        for (std::size_t i = 1; i < 5; ++i)
            QCOMPARE(result.stored.parts[i].columns, std::int64_t{37});
        QCOMPARE(result.stored.parts[0].codewords.rows, std::int64_t{32});
    }

    void aShareOfColumnsIsNotRoundedUpTwice() {
        const SyntheticLayer layer = syntheticLayer(6, {8, 100, 300});
        for (const auto& [share, columns] :
             {std::pair{0.07, 7}, {0.0700001, 8}, {0.01, 1}, {1e-9, 1}, {0.1, 10}}) {
            const auto result =
                compress(layer, {.centroids = 16, .outlierShare = share, .outlierCentroids = 8});
            QCOMPARE(result.stored.parts[0].columns, std::int64_t{columns});
        }
    }

    void seedsAndThreadsDecideNothingElse() {
        const VptqSettings settings{.vectorLength = 5, .centroids = 32, .residualCentroids = 8, .seed = 4};
        const auto one = compress(small(), settings);
        const auto three = vptq("layer", small().weights, small().hessian.values, settings, threeThreads);
        QVERIFY(one.weights == three.weights);
        QCOMPARE(one.loss, three.loss);
    }

    void permutingAndBackIsExact() {
        std::vector<std::int64_t> order(150);
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), std::mt19937(2));
        QVERIFY(restored(ordered(small().weights, order), order) == small().weights);
    }

    void scalarCodebooksAreARowsOwn() {
        const auto result = scalarCodebooks("layer", small().weights, 4, {});
        QCOMPARE(result.bits, std::uint64_t{70 * 150 * 4 + 70 * 16 * 16});
        QVERIFY(relativeLoss(result.weights, small()) < 0.02);
        const Matrix<float> few(2, 10, 0.5F);
        QVERIFY(scalarCodebooks("layer", few, 8, {}).weights == few);
    }

    void badInputIsRefused() {
        Matrix<float> weights = small().weights;
        weights.at(1, 2) = std::numeric_limits<float>::infinity();
        VERIFY_ERROR(vptq("q", weights, small().hessian.values, {}), ErrorKind::Input, "\"q\" holds NaN");
        VERIFY_ERROR(vptq("q", small().weights, Matrix<double>(), {}), ErrorKind::Input, "don't fit");
        VERIFY_ERROR(vptq("q", Matrix<float>(), Matrix<double>(), {}), ErrorKind::Input, "empty");
        VERIFY_ERROR(vptq("q", Matrix<float>(), VptqSettings()), ErrorKind::Input, "empty");
        for (const VptqSettings& bad :
             {VptqSettings{.vectorLength = 0}, VptqSettings{.vectorLength = 17}, VptqSettings{.centroids = 0},
              VptqSettings{.centroids = 65537}, VptqSettings{.residualCentroids = -1},
              VptqSettings{.outlierShare = 0.2}, VptqSettings{.groups = 0}, VptqSettings{.rounds = 0}})
            VERIFY_ERROR(vptq("q", small().weights, small().hessian.values, bad), ErrorKind::Usage,
                         "no such setting");
        VERIFY_ERROR(kMeans("q", Matrix<float>(0, 3), {}, {}), ErrorKind::Input, "no vectors");
        VERIFY_ERROR(kMeans("q", vectorsOf(5, 2), {}, {.clusters = 0}), ErrorKind::Usage, "codewords");
        // Fewer rows than a vector is long, and fewer columns than a block.
        const SyntheticLayer thin = syntheticLayer(1, {2, 20, 60});
        QCOMPARE(compress(thin, {.vectorLength = 8, .centroids = 16}).weights.rows, std::int64_t{2});
    }
};

QTEST_GUILESS_MAIN(VptqTest)
#include "vptq_test.moc"
