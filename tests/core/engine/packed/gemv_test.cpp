// Products of packed weights: the scalar loops against double precision, all others against the scalar ones bit for bit.

#include "core/engine/llm/packed/gemv.h"

#include "tests/core/engine/packed/sample_products.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

std::vector<float> product(const PackedMatrix& matrix, const Activations& activations,
                           PackedInstructions instructions, int threads = 1) {
    ThreadTeam team(threads);
    std::vector<float> out(activations.tokens() * matrix.rows(), -1.0f);
    const LayerProduct layer{&matrix, out};
    multiply({&layer, 1}, activations, team, instructions);
    return out;
}

}  // namespace

class PackedGemvTest : public QObject {
    Q_OBJECT
  private slots:
    void activationsAreRoundedToTheirGroup() {
        std::vector<float> values(70, 0.0f);
        values[0] = -2.54f, values[1] = 1.27f, values[2] = 0.011f, values[3] = -0.031f;
        values[40] = 1e-40f;
        const Activations activations = activationsOf(ActivationFormat::QuantisedEight, values, 70);
        QCOMPARE(activations.groups(), std::size_t{3});
        const std::int8_t* const codes = activations.codes();
        QCOMPARE(codes[0], std::int8_t{-127});
        QCOMPARE(int{codes[1]}, 64);  // 63.5, away from zero
        QCOMPARE(codes[2], std::int8_t{1});
        QCOMPARE(codes[3], std::int8_t{-2});
        QCOMPARE(activations.scales()[0].sum, -64);
        QCOMPARE(activations.scales()[0].scale, 2.54f / 127);
        QCOMPARE(activations.scales()[0].scaledSum, 2.54f / 127 * -64);
        QCOMPARE(activations.scales()[1].scale, 0.0f);
        QCOMPARE(activations.scales()[1].sum, 0);
    }

    /// Against double precision on the very weights and activations that the codes stand for.
    void scalarLoopsAreRight() {
        for (const PackedFormat format : packedFormats)
            for (const SampleSize size : sampleSizes)
                for (const auto of : {ActivationFormat::Float32, ActivationFormat::QuantisedEight}) {
                    const PackedMatrix matrix = matrixOf(format, size, 1);
                    const Activations activations =
                        activationsOf(of, gaussian(2 * size.columns, 2), size.columns);
                    const bool coded =
                        of == ActivationFormat::QuantisedEight && format != PackedFormat::Float32;
                    const std::vector<float> out = product(matrix, activations, PackedInstructions::Scalar);
                    std::vector<float> weights(size.columns);
                    for (std::size_t i = 0; i < out.size(); ++i) {
                        const std::size_t token = i / size.rows;
                        matrix.row(i % size.rows, weights);
                        double sum = 0, magnitude = 0;
                        for (std::size_t column = 0; column < size.columns; ++column) {
                            const std::size_t at = token * activations.groups() * 32 + column;
                            const double value =
                                coded ? double{activations.scales()[at / 32].scale} * activations.codes()[at]
                                      : double{activations.values()[at]};
                            sum += weights[column] * value;
                            magnitude += std::fabs(weights[column] * value);
                        }
                        QVERIFY2(std::fabs(out[i] - sum) <= 4e-6 * magnitude,
                                 qPrintable(QString("%1 %2 %3").arg(toText(format)).arg(out[i]).arg(sum)));
                    }
                }
    }

    void allInstructionsGiveTheSameBits() {
        for (const PackedFormat format : packedFormats)
            for (const SampleSize size : sampleSizes)
                for (std::size_t tokens = 1; tokens <= 8; ++tokens)
                    for (const auto of : {ActivationFormat::Float32, ActivationFormat::QuantisedEight}) {
                        if (size.rows * size.columns > 20000 && tokens % 4 != 1) continue;
                        const PackedMatrix matrix = matrixOf(format, size, 4);
                        const Activations activations =
                            activationsOf(of, gaussian(tokens * size.columns, 5), size.columns);
                        const auto expected =
                            bitsOf(product(matrix, activations, PackedInstructions::Scalar));
                        for (const PackedInstructions set : usablePackedInstructions())
                            QVERIFY2(bitsOf(product(matrix, activations, set, 1 + (tokens > 4))) == expected,
                                     qPrintable(QString("%1 %2").arg(toText(format), toText(set))));
                    }
    }

    /// As many rows as a vocabulary has; threads take parts of it.
    void aVocabularyOfRowsOnSeveralThreads() {
        constexpr SampleSize size{49152, 64};
        for (const PackedFormat format : {PackedFormat::AsymmetricFour, PackedFormat::SymmetricEight}) {
            const PackedMatrix matrix = matrixOf(format, size, 6);
            const Activations activations =
                activationsOf(ActivationFormat::QuantisedEight, gaussian(size.columns, 7), size.columns);
            const auto expected = bitsOf(product(matrix, activations, PackedInstructions::Scalar));
            for (const PackedInstructions set : usablePackedInstructions())
                for (const int threads : {1, 2, 3})
                    QVERIFY(bitsOf(product(matrix, activations, set, threads)) == expected);
        }
    }

    void extremesGiveTheSameBits() {
        using media::BlockFormat;
        const std::vector<float> values = extremeActivations();
        for (const auto blocks : {BlockFormat::Q4_0, BlockFormat::Q4_1, BlockFormat::Q8_0})
            for (const auto of : {ActivationFormat::Float32, ActivationFormat::QuantisedEight}) {
                const PackedMatrix matrix = extremeMatrix(blocks, 35, 192);
                const Activations activations = activationsOf(of, values, 192);
                const auto expected = bitsOf(product(matrix, activations, PackedInstructions::Scalar));
                for (const PackedInstructions set : usablePackedInstructions())
                    QVERIFY2(bitsOf(product(matrix, activations, set)) == expected, toText(set));
            }
    }

    void whatIsNotFiniteStaysSo() {
        for (const float value : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            std::vector<float> values(64, 1.0f);
            values[50] = value;
            for (const PackedFormat format : packedFormats)
                for (const auto of : {ActivationFormat::Float32, ActivationFormat::QuantisedEight})
                    for (const PackedInstructions set : usablePackedInstructions())
                        for (const float out :
                             product(matrixOf(format, {20, 64}, 9), activationsOf(of, values, 64), set))
                            QVERIFY(!std::isfinite(out));
        }
    }

    /// With activations in single precision, packed weights and plain ones of the same values give the same bits.
    void packedAndPlainWeightsAgree() {
        constexpr SampleSize size{40, 160};
        const Activations activations =
            activationsOf(ActivationFormat::Float32, gaussian(3 * size.columns, 10), size.columns);
        for (const PackedFormat format : packedFormats) {
            const PackedMatrix matrix = matrixOf(format, size, 12);
            std::vector<float> weights(size.rows * size.columns);
            for (std::size_t row = 0; row < size.rows; ++row)
                matrix.row(row, std::span(weights).subspan(row * size.columns, size.columns));
            const PackedMatrix plain =
                PackedMatrix::fromFloats(weights, size.rows, size.columns, PackedFormat::Float32);
            for (const PackedInstructions set : usablePackedInstructions())
                QCOMPARE(bitsOf(product(matrix, activations, set)), bitsOf(product(plain, activations, set)));
        }
    }

    void severalLayersShareACall() {
        const PackedMatrix first = matrixOf(PackedFormat::AsymmetricFour, {50, 96}, 13);
        const PackedMatrix second = matrixOf(PackedFormat::SymmetricEight, {3, 96}, 14);
        const Activations activations = activationsOf(ActivationFormat::QuantisedEight, gaussian(96, 15), 96);
        std::vector<float> a(50), b(3);
        const std::array layers{LayerProduct{&first, a}, LayerProduct{&second, b}};
        ThreadTeam team(2);
        multiply(layers, activations, team, bestPackedInstructions());
        QCOMPARE(a, product(first, activations, PackedInstructions::Scalar));
        QCOMPARE(b, product(second, activations, PackedInstructions::Scalar));
    }

    void sizesThatDoNotFitAreRefused() {
        const PackedMatrix matrix = matrixOf(PackedFormat::AsymmetricFour, {5, 64}, 16);
        const Activations activations = activationsOf(ActivationFormat::Float32, gaussian(64, 1), 64);
        std::vector<float> out(4);
        ThreadTeam team(1);
        const LayerProduct layer{&matrix, out};
        VERIFY_ERROR(multiply({&layer, 1}, activations, team, PackedInstructions::Scalar),
                     ErrorKind::Internal, "fit");
        Activations narrow(ActivationFormat::Float32, 2, 10);
        VERIFY_ERROR(narrow.assign(std::vector<float>(30)), ErrorKind::Internal, "fit");
    }
};

QTEST_APPLESS_MAIN(PackedGemvTest)
#include "gemv_test.moc"
