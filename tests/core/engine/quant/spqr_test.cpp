// SpQR: anchors and proof shapes on the synthetic layer, the definition written out plainly, identities, hostile input.

#include "core/engine/quant/spqr.h"

#include "core/engine/quant/gptq.h"
#include "core/engine/quant/spqr_statistics.h"
#include "core/engine/quant/spqr_tiles.h"
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
using ratescope::media::floatToHalf;
using ratescope::media::halfToFloat;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

InverseFactor factorOf(const SyntheticLayer& layer, bool actOrder = true) {
    return factorInverse("layer", layer.hessian.values, {0.01, actOrder});
}

SpqrQuantised compress(const SyntheticLayer& layer, double threshold, int bits = 3) {
    return spqr("layer", layer.weights, factorOf(layer), {.bits = bits, .threshold = threshold});
}

/// As the specification's anchors count: without row pointers and permutation.
double publishedBits(const SpqrStored& stored) {
    const SpqrBits bits = storedBits(stored, {});
    return static_cast<double>(bits.total() - bits.rowStarts - bits.permutation) /
           static_cast<double>(stored.codes.values.size());
}

double errorOf(const Matrix<float>& restored) {
    return relativeLoss(restored, small());
}

/// GPTQ with groups of 16 and half-precision statistics with an unrounded zero, column by column in doubles.
Matrix<float> plainReference(const Matrix<float>& weights, const InverseFactor& factor, int largestCode) {
    Matrix<float> result(weights.rows, weights.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        std::vector<double> row(static_cast<std::size_t>(weights.columns));
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = weights.at(i, factor.order[j]);
        double scale = 0, zero = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (j % 16 == 0) {
                const auto end = row.begin() + static_cast<std::ptrdiff_t>(std::min(j + 16, row.size()));
                const auto [least, greatest] =
                    std::minmax_element(row.begin() + static_cast<std::ptrdiff_t>(j), end);
                const double step = (*greatest - *least) / largestCode;
                scale = halfToFloat(floatToHalf(static_cast<float>(step)));
                zero = halfToFloat(floatToHalf(static_cast<float>(-*least / step)));
            }
            const double code = std::clamp(std::nearbyint(row[j] / scale + zero), 0.0, double(largestCode));
            const double value = scale * (code - zero);
            result.at(i, factor.order[j]) = static_cast<float>(value);
            const auto place = static_cast<std::int64_t>(j);
            const double error = (row[j] - value) / factor.diagonal(place);
            for (std::size_t k = j + 1; k < row.size(); ++k)
                row[k] -= error * factor.columns.at(static_cast<std::int64_t>(k), place);
        }
    }
    return result;
}

}  // namespace

class SpqrTest : public QObject {
    Q_OBJECT
  private slots:
    void theAnchorsOfTheSpecification() {
        const std::vector<std::array<double, 3>> anchors{
            {never, 3.625, 0.0117}, {1, 3.74, 0.0078}, {0.5, 3.88, 0.0065}, {0.2, 4.35, 0.0047}};
        for (const auto& [threshold, bits, loss] : anchors) {
            double sum = 0;
            const double limit = threshold;
            const double measured = meanLoss([&](const SyntheticLayer& layer) {
                const SpqrQuantised result = compress(layer, limit);
                sum += publishedBits(result.stored);
                return result.weights;
            });
            QVERIFY(isNear(measured, loss, 0.15));
            QVERIFY(isNear(sum / 5, bits, 0.03));
        }
    }

    void itBeatsGptqWithFewerBitsOnEverySeed() {
        for (const SyntheticLayer& layer : syntheticLayers()) {
            const SpqrQuantised ours = compress(layer, 0.5);
            const GridShape grid{4, false};
            const GroupQuantised theirs =
                gptq("layer", layer.weights, factorOf(layer), {grid, 128, false, false});
            QVERIFY(relativeLoss(ours.weights, layer) < relativeLoss(theirs.weights, layer));
            const double bits = static_cast<double>(storedBits(theirs, grid) - 16 * theirs.order.size()) /
                                static_cast<double>(theirs.codes.values.size());
            QVERIFY(publishedBits(ours.stored) <= bits - 0.2);
        }
    }

    void outliersPayOnHeavyTails() {
        // The same bits spent on groups of 8 instead, and on weights without tails.
        const auto gain = [](const SyntheticLayer& layer) {
            const InverseFactor factor = factorOf(layer);
            const SpqrQuantised outliers = spqr("layer", layer.weights, factor, {.threshold = 0.35});
            const SpqrQuantised groups =
                spqr("layer", layer.weights, factor, {.groupSize = 8, .threshold = never});
            const auto size = static_cast<double>(layer.weights.values.size());
            const auto total = [&](const SpqrQuantised& result) {
                return static_cast<double>(storedBits(result.stored, {}).total()) / size;
            };
            // Losses as if both had the bits of the groups: 6 dB a bit.
            return relativeLoss(groups.weights, layer) /
                   (relativeLoss(outliers.weights, layer) * std::pow(4, total(outliers) - total(groups)));
        };
        double heavy = 0, light = 0;
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            heavy += gain(syntheticLayers()[seed]) / 3;
            light += gain(syntheticLayer(seed, {.gaussianWeights = true})) / 3;
        }
        QVERIFY2(heavy > 1, qPrintable(QString::number(heavy)));
        QVERIFY2(light < heavy, qPrintable(QString::number(light)));
    }

    void withoutOutliersItIsGptqWithARealZero() {
        const InverseFactor factor = factorOf(small());
        const auto result =
            spqr("layer", small().weights, factor, {.scaleBits = 0, .zeroBits = 0, .threshold = never});
        const Matrix<float> reference = plainReference(small().weights, factor, 7);
        std::size_t different = 0;
        for (std::size_t i = 0; i < reference.values.size(); ++i)
            if (std::abs(reference.values[i] - result.weights.values[i]) > 1e-6F) ++different;
        // The reference sums in doubles: hardly a code differs.
        QVERIFY2(different <= reference.values.size() / 1000, qPrintable(QString::number(different)));
        QVERIFY(std::abs(errorOf(result.weights) / errorOf(reference) - 1) < 0.01);
    }

    void thresholdZeroStoresEveryWeightInHalfPrecision() {
        const SpqrQuantised result = compress(small(), 0);
        for (std::int64_t i = 0; i < small().weights.rows; ++i)
            for (std::uint32_t o = result.stored.rowStarts[static_cast<std::size_t>(i)];
                 o < result.stored.rowStarts[static_cast<std::size_t>(i) + 1]; ++o) {
                const std::int64_t input = result.stored.order[result.stored.outlierColumns[o]];
                QCOMPARE(result.weights.at(i, input), halfToFloat(result.stored.outlierValues[o]));
            }
        QVERIFY(result.stored.outlierValues.size() > 70 * 150 * 0.99);
        QVERIFY(errorOf(result.weights) < 1e-6);
    }

    void theSumOfErrorsIsTheProxyLoss() {
        const InverseFactor factor = factorOf(small());
        for (const double threshold : {0.1, 0.5, never})
            for (const int bits : {2, 4}) {
                const auto result = compress(small(), threshold, bits);
                const double exact =
                    proxyLoss(ordered(result.weights, factor.order), ordered(small().weights, factor.order),
                              dampedHessian(small().hessian.values, factor));
                QVERIFY2(std::abs(result.loss / exact - 1) < 1e-6,
                         qPrintable(QString::number(result.loss / exact - 1)));
            }
    }

    void aHigherThresholdStoresFewerOutliers() {
        std::size_t before = std::numeric_limits<std::size_t>::max();
        for (const double threshold : {0.0, 0.05, 0.2, 0.5, 1.0, 5.0, never}) {
            const SpqrStored stored = compress(small(), threshold).stored;
            QVERIFY(stored.outlierValues.size() <= before);
            before = stored.outlierValues.size();
            QCOMPARE(storedBits(stored, {}).outliers, 32 * before);
            QCOMPARE(stored.rowStarts.size(), std::size_t{71});
            QCOMPARE(stored.rowStarts.back(), static_cast<std::uint32_t>(before));
            for (std::size_t i = 0; i < 70; ++i)
                for (std::uint32_t o = stored.rowStarts[i]; o + 1 < stored.rowStarts[i + 1]; ++o)
                    QVERIFY(stored.outlierColumns[o] < stored.outlierColumns[o + 1]);
        }
        QCOMPARE(before, std::size_t{0});
    }

    void plantedOutliersAreFound() {
        // Inputs of equal strength: where they are weak, widening a group's range may cost less than an outlier.
        SyntheticLayer layer =
            syntheticLayer(3, {.outputs = 64, .inputs = 128, .tokens = 1024, .gaussianWeights = true});
        layer.hessian = hessianOfActivations(diagonalMatrix(128, [](std::int64_t) { return 1.0F; }));
        const SpqrQuantised before = compress(layer, 0.2);
        const float planted = 50 / std::sqrt(128.0F);
        std::mt19937 random(1);
        std::vector<std::pair<std::int64_t, std::int64_t>> places;
        for (std::int64_t i = 0; i < 64; i += 4)
            places.emplace_back(i, random() % 128);
        for (const auto& [i, j] : places)
            layer.weights.at(i, j) = planted;
        const SpqrQuantised result = compress(layer, 0.2);
        const InverseFactor factor = factorOf(layer);
        const auto placeOf = [&](std::int64_t input) {
            return std::ranges::find(factor.order, input) - factor.order.begin();
        };
        const std::vector<std::uint32_t>& starts = result.stored.rowStarts;
        for (const auto& [i, j] : places) {
            const auto row = static_cast<std::size_t>(i);
            const auto first = result.stored.outlierColumns.begin();
            QVERIFY(std::find(first + starts[row], first + starts[row + 1], placeOf(j)) !=
                    first + starts[row + 1]);
        }
        QVERIFY(result.stored.outlierValues.size() >= places.size());
        std::vector<double> ratios;
        for (const auto& [i, j] : places)
            ratios.push_back(storedGrid(result.stored, i, placeOf(j) / 16).scale /
                             storedGrid(before.stored, i, placeOf(j) / 16).scale);
        std::ranges::sort(ratios);
        QVERIFY2(std::abs(ratios[ratios.size() / 2] - 1) < 0.05,
                 qPrintable(QString::number(ratios[ratios.size() / 2])));
    }

    void permutedStorageComputesTheSame() {
        const SpqrStored stored = compress(small(), 0.3).stored;
        const Matrix<float> plain = dequantised(stored), inOrder = dequantisedInOrder(stored);
        for (std::int64_t i = 0; i < plain.rows; ++i) {
            double y = 0, permuted = 0;
            for (std::int64_t j = 0; j < plain.columns; ++j) {
                const auto x = [&](std::int64_t input) { return small().activations.at(0, input); };
                y += plain.at(i, j) * x(j);
                permuted += inOrder.at(i, j) * x(stored.order[static_cast<std::size_t>(j)]);
            }
            QVERIFY(std::abs(y - permuted) < 1e-6);
        }
    }

    void whatIsStoredGivesTheWeights() {
        for (const bool simplified : {false, true}) {
            const auto result = spqr("layer", small().weights, factorOf(small()),
                                     {.threshold = 0.3, .leaveOneOut = !simplified});
            QVERIFY(dequantised(result.stored) == result.weights);
        }
        const auto threads = spqr("layer", small().weights, factorOf(small()), {.threshold = 0.3},
                                  {.threads = 3, .check = [] {}});
        QVERIFY(threads.weights == compress(small(), 0.3).weights);
        const SpqrBits bits = storedBits(threads.stored, {});
        QCOMPARE(bits.codes, std::uint64_t{3 * 70 * 150});
        QCOMPARE(bits.statistics, std::uint64_t{6 * 70 * 10});
        QCOMPARE(bits.secondLevel, std::uint64_t{64 * 5 * 10});
        QCOMPARE(bits.rowStarts, std::uint64_t{32 * 71});
        QCOMPARE(bits.permutation, std::uint64_t{16 * 150});
    }

    void independentInputsNeedNoMatrix() {
        for (const std::vector<double>& diagonal : independentInputs())
            for (const int statistics : {0, 3})
                for (const double threshold : {0.3, never}) {
                    const SpqrSettings chosen{
                        .scaleBits = statistics, .zeroBits = statistics, .threshold = threshold};
                    const FactorSettings order{0.01, true};
                    const auto plain = spqr("layer", small().weights,
                                            factorInverse("layer", diagonalHessian(diagonal), order), chosen);
                    const auto result =
                        spqr("layer", small().weights, factorIndependent("layer", diagonal, order), chosen);
                    QVERIFY(result.stored.codes == plain.stored.codes);
                    QVERIFY(result.stored.scales == plain.stored.scales);
                    QVERIFY(result.stored.zeros == plain.stored.zeros);
                    QVERIFY(result.stored.secondLevel == plain.stored.secondLevel);
                    QCOMPARE(result.stored.outlierColumns, plain.stored.outlierColumns);
                    QCOMPARE(result.stored.outlierValues, plain.stored.outlierValues);
                    QCOMPARE(result.stored.order, plain.stored.order);
                    QVERIFY(result.weights == plain.weights);
                    QCOMPARE(result.loss, plain.loss);
                }
    }

    void tilesHoldTheDensePartToTheBit() {
        SpqrStored stored = compress(small(), 0.3).stored;
        // Every value of every code at every place.
        std::mt19937 random(6);
        for (auto& code : stored.codes.values)
            code = random() % 8;
        for (auto& code : stored.scales.values)
            code = random() % 8;
        for (auto& code : stored.zeros.values)
            code = random() % 8;
        const SpqrTiles tiles = packTiles(stored);
        QCOMPARE(tiles.words.size(), std::size_t{5 * 10 * 16});
        const SpqrStored back = unpackTiles(tiles);
        QVERIFY(back.codes == stored.codes && back.scales == stored.scales && back.zeros == stored.zeros);
        QVERIFY(back.secondLevel == stored.secondLevel);
        stored.outlierValues.clear();
        stored.outlierColumns.clear();
        std::ranges::fill(stored.rowStarts, 0U);
        QVERIFY(dequantisedInOrder(tiles) == dequantisedInOrder(stored));
        stored.codes.at(0, 0) = 8;
        VERIFY_ERROR(packTiles(stored), ErrorKind::Usage, "3-bit");
    }

    void zerosConstantsAndSingleRowsAreTaken() {
        SyntheticLayer layer = small();
        std::ranges::fill(layer.weights.row(5), 0.0F);
        for (const double threshold : {0.2, never}) {
            const auto zeros = compress(layer, threshold);
            QVERIFY(std::ranges::all_of(zeros.weights.row(5), [](float weight) { return weight == 0; }));
            QVERIFY(dequantised(zeros.stored) == zeros.weights);
        }
        std::ranges::fill(layer.weights.values, 0.25F);
        QVERIFY(relativeLoss(compress(layer, never).weights, layer) < 0.1);
        const SyntheticLayer row = syntheticLayer(4, {1, 40, 200});
        const auto one = compress(row, 0.2);
        QVERIFY(relativeLoss(one.weights, row) < 0.2);
        std::ranges::fill(layer.weights.values, 0.0F);
        QCOMPARE(compress(layer, 0.2).weights.values, layer.weights.values);
    }

    void stepsDoNotUnderflow() {
        // Ranges of 6·2^−25 around zero and around 2^−17, of which seven steps would each be below half the least half.
        Matrix<float> weights(3, 32);
        for (std::int64_t j = 0; j < 32; ++j) {
            weights.at(0, j) = static_cast<float>(2 * (j % 4) - 3) * 0x1p-25F;
            weights.at(1, j) = weights.at(0, j) + 0x1p-17F;
        }
        const auto factor = factorIndependent("layer", std::vector<double>(32, 1.0), {});
        const auto result =
            spqr("layer", weights, factor, {.scaleBits = 0, .zeroBits = 0, .threshold = never});
        QVERIFY(result.weights == weights);
        QVERIFY(dequantised(result.stored) == weights);
        QCOMPARE(result.loss, 0.0);
    }

    void badInputIsRefused() {
        const InverseFactor factor = factorOf(small());
        Matrix<float> weights = small().weights;
        weights.at(2, 2) = std::nanf("");
        VERIFY_ERROR(spqr("q", weights, factor, {}), ErrorKind::Input, "\"q\" holds NaN");
        VERIFY_ERROR(spqr("q", Matrix<float>(3, 149), factor, {}), ErrorKind::Input, "don't fit");
        for (const SpqrSettings& bad :
             {SpqrSettings{.bits = 1}, SpqrSettings{.bits = 9}, SpqrSettings{.groupSize = 4},
              SpqrSettings{.scaleBits = 3, .zeroBits = 0}, SpqrSettings{.statisticsGroup = 65},
              SpqrSettings{.threshold = -1}, SpqrSettings{.threshold = std::nan("")}})
            VERIFY_ERROR(spqr("q", small().weights, factor, bad), ErrorKind::Usage, "no such setting");
    }
};

QTEST_GUILESS_MAIN(SpqrTest)
#include "spqr_test.moc"
