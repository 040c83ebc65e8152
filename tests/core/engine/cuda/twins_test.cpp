// The twins of the CUDA kernels against the loops that the engine computes with, bit for bit.

#include "core/engine/device/cuda/twins.h"

#include "core/engine/llm/packed/gemv.h"
#include "tests/core/engine/cuda/group_samples.h"
#include "tests/core/engine/packed/sample_products.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

std::vector<float> byScalarLoops(const PackedMatrix& matrix, const Activations& activations) {
    ThreadTeam team(1);
    std::vector<float> out(activations.tokens() * matrix.rows(), -1.0f);
    const LayerProduct layer{&matrix, out};
    multiply({&layer, 1}, activations, team, PackedInstructions::Scalar);
    return out;
}

std::vector<float> byTwin(const PackedMatrix& matrix, const Activations& activations) {
    std::vector<float> out(activations.tokens() * matrix.rows(), -2.0f);
    multiplyByTwin(productOf(layoutWithCodes(matrix), matrix.columns(), activations, out));
    return out;
}

}  // namespace

class CudaTwinsTest : public QObject {
    Q_OBJECT
  private slots:
    void productsAreThoseOfTheScalarLoops() {
        for (const PackedFormat format : packedFormats)
            for (const SampleSize size : sampleSizes)
                for (const std::size_t tokens : {1, 3}) {
                    if (format == PackedFormat::Float32) continue;
                    const PackedMatrix matrix = matrixOf(format, size, 1);
                    const Activations activations = activationsOf(
                        ActivationFormat::QuantisedEight, gaussian(tokens * size.columns, 2), size.columns);
                    QVERIFY2(
                        bitsOf(byTwin(matrix, activations)) == bitsOf(byScalarLoops(matrix, activations)),
                        qPrintable(QString("%1, %2 columns").arg(toText(format)).arg(size.columns)));
                }
    }

    void extremesAreThoseOfTheScalarLoops() {
        using media::BlockFormat;
        std::vector<float> values = extremeActivations();
        for (const float last : {values[191], std::numeric_limits<float>::infinity()}) {
            values[191] = last;
            const Activations activations = activationsOf(ActivationFormat::QuantisedEight, values, 192);
            for (const auto blocks : {BlockFormat::Q4_0, BlockFormat::Q4_1, BlockFormat::Q8_0}) {
                const PackedMatrix matrix = extremeMatrix(blocks, 35, 192);
                QCOMPARE(bitsOf(byTwin(matrix, activations)), bitsOf(byScalarLoops(matrix, activations)));
            }
        }
    }

    void whatHasNoCodesOrDoesNotFitIsRefused() {
        const PackedMatrix matrix = matrixOf(PackedFormat::AsymmetricFour, {5, 64}, 16);
        std::vector<float> out(5);
        VERIFY_ERROR(layoutWithCodes(matrixOf(PackedFormat::Float32, {5, 64}, 16)), ErrorKind::Internal,
                     "codes");
        const auto refuses = [&](ActivationFormat format, std::size_t columns, std::size_t room) {
            try {
                productOf(matrix.tiles(), 64, activationsOf(format, gaussian(columns, 1), columns),
                          std::span(out).first(room));
            } catch (const Error& error) {
                return error.kind() == ErrorKind::Internal;
            }
            return false;
        };
        QVERIFY(!refuses(ActivationFormat::QuantisedEight, 64, 5));
        QVERIFY(refuses(ActivationFormat::Float32, 64, 5));
        QVERIFY(refuses(ActivationFormat::QuantisedEight, 65, 5));
        QVERIFY(refuses(ActivationFormat::QuantisedEight, 64, 4));
        VERIFY_ERROR(productOf(matrix.tiles(), 64, Activations(ActivationFormat::QuantisedEight, 1, 64), {}),
                     ErrorKind::Internal, "fit");
    }

    void codesAndValuesAreThoseOfTheQuantiser() {
        for (GroupSample& sample : groupSamples()) {
            const std::vector<float> weights = sample.values;
            encodeByTwin(sample.job());
            const std::vector<std::uint16_t> codes = sample.codes;
            decodeByTwin(sample.job());
            for (std::size_t i = 0; i < weights.size(); ++i) {
                const Grid& grid = sample.job().gridOf(i);
                const double scale = media::halfToFloat(grid.scale), zero = grid.zero;
                std::uint16_t code = 0;
                float value = 0;
                quantiseColumn({&weights[i], 1}, &scale, &zero, sample.shape.largestCode(), &code, &value);
                QCOMPARE(codes[i], code);
                QCOMPARE(bitsOf({&sample.values[i], 1}), bitsOf({&value, 1}));
            }
        }
    }

    /// The group that a weight belongs to, by the code that quantise() gives a whole group.
    void everyWeightIsOnTheGridOfItsGroup() {
        for (GroupSample& sample : groupSamples()) {
            if (sample.shape.bits > 8) continue;
            encodeByTwin(sample.job());
            std::size_t group = 0;
            for (std::size_t row = 0; row < sample.rows; ++row)
                for (std::size_t from = 0; from < sample.columns; from += sample.groupSize, ++group) {
                    const std::size_t count = std::min(sample.groupSize, sample.columns - from);
                    const std::size_t at = row * sample.columns + from;
                    std::vector<std::uint8_t> expected(count);
                    quantise(std::span(sample.values).subspan(at, count), sample.grids[group],
                             sample.shape.largestCode(), expected.data());
                    QVERIFY(std::equal(expected.begin(), expected.end(), sample.codes.begin() + at));
                }
            QCOMPARE(group, sample.grids.size());
        }
    }
};

QTEST_APPLESS_MAIN(CudaTwinsTest)
#include "twins_test.moc"
