// Packing: ggml's blocks keep their numbers, quantisers choose ggml's codes, sizes and numbers from outside are checked.

#include "core/engine/llm/packed/packed_matrix.h"
#include "core/media/quality/half.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::engine;
using media::BlockFormat;

namespace {

std::vector<float> gaussian(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> distribution(0, 0.5f);
    std::vector<float> values(count);
    for (float& value : values)
        value = distribution(random);
    return values;
}

std::vector<float> rowOf(const PackedMatrix& matrix, std::size_t row) {
    std::vector<float> values(matrix.columns());
    matrix.row(row, values);
    return values;
}

void putHalf(std::vector<std::byte>& bytes, float value) {
    const std::uint16_t half = media::floatToHalf(value);
    bytes.push_back(std::byte(half & 255));
    bytes.push_back(std::byte(half >> 8));
}

}  // namespace

class PackedMatrixTest : public QObject {
    Q_OBJECT
  private slots:
    void blocksKeepTheirNumbers_data() {
        QTest::addColumn<int>("blocks");
        QTest::newRow("Q4_0") << static_cast<int>(BlockFormat::Q4_0);
        QTest::newRow("Q4_1") << static_cast<int>(BlockFormat::Q4_1);
        QTest::newRow("Q8_0") << static_cast<int>(BlockFormat::Q8_0);
    }

    /// 19 rows of 96: two tiles, the second of three rows. Expected values by the format's own description.
    void blocksKeepTheirNumbers() {
        QFETCH(int, blocks);
        const auto format = static_cast<BlockFormat>(blocks);
        constexpr std::size_t rows = 19, columns = 96;
        std::mt19937 random(7);
        std::vector<std::byte> bytes;
        std::vector<float> expected(rows * columns);
        for (std::size_t block = 0; block < rows * columns / 32; ++block) {
            const float scale =
                media::halfToFloat(media::floatToHalf(static_cast<float>(random() % 997) / 300 - 1));
            const float minimum =
                media::halfToFloat(media::floatToHalf(static_cast<float>(random() % 101) - 50));
            putHalf(bytes, scale);
            if (format == BlockFormat::Q4_1) putHalf(bytes, minimum);
            for (std::size_t i = 0; i < (format == BlockFormat::Q8_0 ? 32u : 16u); ++i) {
                const auto byte = static_cast<std::uint8_t>(random());
                bytes.push_back(std::byte{byte});
                float* const out = &expected[block * 32 + i];
                const auto four = [&](int code) {
                    const float product =
                        scale * static_cast<float>(format == BlockFormat::Q4_0 ? code - 8 : code);
                    return format == BlockFormat::Q4_0 ? product : product + minimum;
                };
                if (format == BlockFormat::Q8_0) {
                    out[0] = scale * static_cast<float>(static_cast<std::int8_t>(byte));
                } else {
                    out[0] = four(byte & 15);
                    out[16] = four(byte >> 4);
                }
            }
        }
        const PackedMatrix matrix = PackedMatrix::fromBlocks(bytes, rows, columns, format);
        QCOMPARE(matrix.rows(), rows);
        for (std::size_t row = 0; row < rows; ++row)
            QCOMPARE(rowOf(matrix, row),
                     std::vector(expected.begin() + static_cast<std::ptrdiff_t>(row * columns),
                                 expected.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns)));
    }

    void quantisersRoundToTheNearestCode_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<double>("steps");
        QTest::newRow("symmetric 4") << static_cast<int>(PackedFormat::SymmetricFour) << 8.0;
        QTest::newRow("asymmetric 4") << static_cast<int>(PackedFormat::AsymmetricFour) << 7.5;
        QTest::newRow("symmetric 8") << static_cast<int>(PackedFormat::SymmetricEight) << 127.0;
    }

    /// No weight is further off than half a step, one step at the end that the symmetric 4-bit grid lacks; rounding of
    /// the scale adds 2^-11 of the value. 100 columns: the last group has four.
    void quantisersRoundToTheNearestCode() {
        QFETCH(int, format);
        QFETCH(double, steps);
        constexpr std::size_t rows = 33, columns = 100;
        const std::vector<float> values = gaussian(rows * columns, 3);
        const PackedMatrix matrix =
            PackedMatrix::fromFloats(values, rows, columns, static_cast<PackedFormat>(format));
        for (std::size_t row = 0; row < rows; ++row) {
            const std::vector<float> back = rowOf(matrix, row);
            for (std::size_t from = 0; from < columns; from += 32) {
                double greatest = 0, least = 0, most = 0;
                for (std::size_t i = from; i < std::min(from + 32, columns); ++i) {
                    const double value = values[row * columns + i];
                    greatest = std::max(greatest, std::fabs(value));
                    least = i == from ? value : std::min(least, value);
                    most = i == from ? value : std::max(most, value);
                }
                const bool asymmetric = format == static_cast<int>(PackedFormat::AsymmetricFour);
                const double step = (asymmetric ? (most - least) / 2 : greatest) / steps;
                for (std::size_t i = from; i < std::min(from + 32, columns); ++i) {
                    const double value = values[row * columns + i];
                    const double off = std::fabs(back[i] - value);
                    const bool atTheEnd = format == static_cast<int>(PackedFormat::SymmetricFour) &&
                                          std::fabs(value) > 7.4 * step;
                    const double share = atTheEnd ? 1 : 0.5;
                    QVERIFY2(off <= share * step + greatest / 1024, qPrintable(QString::number(off / step)));
                }
            }
        }
    }

    void knownCodes() {
        // −1 has the greatest magnitude: scale 1/8, so −1 … 0.875 in steps of 1/8 come back.
        std::vector<float> values(32);
        for (std::size_t i = 0; i < 16; ++i)
            values[i] = values[31 - i] = static_cast<float>(i) / 8 - 1;
        QCOMPARE(rowOf(PackedMatrix::fromFloats(values, 1, 32, PackedFormat::SymmetricFour), 0), values);
        QCOMPARE(rowOf(PackedMatrix::fromFloats(values, 1, 32, PackedFormat::AsymmetricFour), 0), values);
        QCOMPARE(rowOf(PackedMatrix::fromFloats(values, 1, 32, PackedFormat::Float32), 0), values);
        for (std::size_t i = 0; i < 32; ++i)
            values[i] = static_cast<float>(i) * 8 - 127;
        QCOMPARE(rowOf(PackedMatrix::fromFloats(values, 1, 32, PackedFormat::SymmetricEight), 0), values);
    }

    void numbersNearZeroAndConstantsAreNoTrouble() {
        for (const auto format :
             {PackedFormat::SymmetricFour, PackedFormat::AsymmetricFour, PackedFormat::SymmetricEight}) {
            for (const float value : {0.0f, -0.0f, 1e-45f, -1e-39f, 1e-37f}) {
                const std::vector<float> values(32, value);
                for (const float back : rowOf(PackedMatrix::fromFloats(values, 1, 32, format), 0))
                    QCOMPARE(back, 0.0f);
            }
            const std::vector<float> ones(32, 1.0f);
            for (const float back : rowOf(PackedMatrix::fromFloats(ones, 1, 32, format), 0))
                QVERIFY(std::fabs(back - 1) < 1e-3f);
        }
    }

    void whatHasNoMeaningIsRefused() {
        const float infinity = std::numeric_limits<float>::infinity();
        for (const float value : {infinity, -infinity, std::nanf(""), 3e38f, -3e38f}) {
            std::vector<float> values(64, 1.0f);
            values[40] = value;
            values[41] = 3e38f;
            for (const auto format :
                 {PackedFormat::SymmetricFour, PackedFormat::AsymmetricFour, PackedFormat::SymmetricEight})
                VERIFY_ERROR(PackedMatrix::fromFloats(values, 2, 32, format), ErrorKind::Input, "");
        }
        std::vector<std::byte> block;
        putHalf(block, infinity);
        block.resize(34);
        VERIFY_ERROR(PackedMatrix::fromBlocks(block, 1, 32, BlockFormat::Q8_0), ErrorKind::Input, "infinite");
        VERIFY_ERROR(PackedMatrix::fromBlocks(block, 1, 32, BlockFormat::Q6_K), ErrorKind::Input,
                     "Only blocks");
        VERIFY_ERROR(PackedMatrix::fromBlocks(block, 1, 33, BlockFormat::Q8_0), ErrorKind::Input,
                     "whole blocks");
        VERIFY_ERROR(PackedMatrix::fromBlocks(block, 2, 32, BlockFormat::Q8_0), ErrorKind::Internal,
                     "2 rows");
    }
};

QTEST_APPLESS_MAIN(PackedMatrixTest)
#include "matrix_test.moc"
