#include "core/media/assets/image_file.h"
#include "core/media/quality/half.h"
#include "core/media/quality/psnr.h"
#include "core/media/quality/searched.h"
#include "core/media/quality/squared_error.h"
#include "core/media/quality/tensor_error.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/test_data.h"

#include <QtTest>
#include <bit>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;

namespace {

double decibel(double normalised) {
    return -10 * std::log10(normalised);
}

double sampleAt(const Image& image, std::size_t i) {
    return image.samples.type() == DType::U8 ? image.samples.as<std::uint8_t>()[i]
                                             : image.samples.as<std::uint16_t>()[i];
}

/// The definition, in double, one sample after the other.
double plainMse(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.samples.size()); ++i)
        sum += std::pow(sampleAt(a, i) - sampleAt(b, i), 2);
    const double peak = (1 << a.bitDepth) - 1;
    return sum / static_cast<double>(a.samples.size()) / peak / peak;
}

YCbCrMse plainYCbCrMse(const Image& a, const Image& b) {
    const auto convert = [](const Image& image, std::size_t pixel) {
        const double r = sampleAt(image, 3 * pixel), g = sampleAt(image, 3 * pixel + 1),
                     blue = sampleAt(image, 3 * pixel + 2);
        const double y = 0.299 * r + 0.587 * g + 0.114 * blue;
        return std::array{y, (blue - y) / 1.772, (r - y) / 1.402};
    };
    std::array<double, 3> sums{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.pixels()); ++i)
        for (std::size_t c = 0; c < 3; ++c)
            sums[c] += std::pow(convert(a, i)[c] - convert(b, i)[c], 2);
    const double peak = (1 << a.bitDepth) - 1;
    const double scale = 1 / (static_cast<double>(a.pixels()) * peak * peak);
    return {sums[0] * scale, sums[1] * scale, sums[2] * scale};
}

bool close(double a, double b, double relative = 1e-12) {
    return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

/// Nearest half float by trying both neighbours, ties to the even one: slow and obvious.
std::uint16_t nearestHalf(float value) {
    const double magnitude = std::abs(static_cast<double>(value));
    const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    if (magnitude >= 65520) return static_cast<std::uint16_t>(sign | 0x7c00);
    std::uint16_t low = 0, high = 0x7c00;
    while (high - low > 1) {
        const auto middle = static_cast<std::uint16_t>((low + high) / 2);
        (static_cast<double>(halfToFloat(middle)) <= magnitude ? low : high) = middle;
    }
    const double below = magnitude - halfToFloat(low);
    const double above = (high == 0x7c00 ? 65536.0 : static_cast<double>(halfToFloat(high))) - magnitude;
    const bool up = above < below || (above == below && (low & 1));
    return static_cast<std::uint16_t>(sign | (up ? high : low));
}

}  // namespace

class QualityTest : public QObject {
    Q_OBJECT

  private slots:
    void mseIsTheDefinition_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 8, 10, 16})
            for (const auto& [width, height] : {std::pair{1, 1}, {3, 5}, {20000, 1}, {257, 191}, {1, 3000}})
                QTest::addRow("%d x %d, %d bits", width, height, depth) << width << height << depth;
    }
    void mseIsTheDefinition() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, depth);
        const Image a = makeImage(width, height, ColourModel::Rgb, false, depth, 1);
        const Image b = makeImage(width, height, ColourModel::Rgb, false, depth, 2);
        QVERIFY(close(normalisedMse(a, b), plainMse(a, b)));
        const YCbCrMse fast = normalisedYCbCrMse(a, b), plain = plainYCbCrMse(a, b);
        QVERIFY(close(fast.y, plain.y) && close(fast.cb, plain.cb) && close(fast.cr, plain.cr));
        QVERIFY(close(normalisedLumaMse(a, b), plain.y));
        QCOMPARE(normalisedMse(a, a), 0.0);
        QCOMPARE(normalisedLumaMse(a, a), 0.0);
        const Image grey = makeImage(width, height, ColourModel::Grey, false, depth, 1);
        const Image other = makeImage(width, height, ColourModel::Grey, false, depth, 2);
        QVERIFY(close(normalisedMse(grey, other), plainMse(grey, other)));
        QCOMPARE(normalisedLumaMse(grey, other), normalisedMse(grey, other));
    }

    void sumsAreTheSameInEveryInstructionSet() {
        for (const int depth : {8, 16}) {
            const Image a = makeImage(211, 163, ColourModel::Rgb, false, depth, 1);
            const Image b = makeImage(211, 163, ColourModel::Rgb, false, depth, 2);
            std::uint64_t exact = 0;
            for (std::size_t i = 0; i < static_cast<std::size_t>(a.samples.size()); ++i)
                exact += static_cast<std::uint64_t>(std::pow(sampleAt(a, i) - sampleAt(b, i), 2));
            const auto check = [&](auto x, auto y) {
                const YCbCrSquaredError plain = yCbCrSquaredError(x, y, InstructionSet::Baseline);
                for (const InstructionSet set : usableInstructionSets()) {
                    QVERIFY2(squaredError(x, y, set) == exact, toText(set));
                    const YCbCrSquaredError sums = yCbCrSquaredError(x, y, set);
                    QVERIFY2(sums.y == plain.y && sums.cb == plain.cb && sums.cr == plain.cr, toText(set));
                }
            };
            if (depth == 8)
                check(a.samples.as<std::uint8_t>(), b.samples.as<std::uint8_t>());
            else
                check(a.samples.as<std::uint16_t>(), b.samples.as<std::uint16_t>());
        }
    }

    void theLargestErrorsDoNotOverflow() {
        for (const int depth : {8, 16}) {
            Image black = makeImage(3000, 700, ColourModel::Rgb, false, depth);
            Image white = black;
            black.samples = Array(black.samples.type(), black.samples.shape());
            white.samples = Array(black.samples.type(), black.samples.shape());
            std::ranges::fill(white.samples.writableBytes(), std::byte{0xff});
            QCOMPARE(normalisedMse(black, white), 1.0);
            QVERIFY(close(normalisedLumaMse(black, white), 1.0));
            // Blue against yellow is the largest error of Cb.
            for (std::size_t i = 0; i < static_cast<std::size_t>(black.pixels()); ++i)
                for (std::size_t c = 0; c < 3; ++c) {
                    const bool on = (c == 2);
                    if (depth == 8) {
                        black.samples.writable<std::uint8_t>()[3 * i + c] = on ? 255 : 0;
                        white.samples.writable<std::uint8_t>()[3 * i + c] = on ? 0 : 255;
                    } else {
                        black.samples.writable<std::uint16_t>()[3 * i + c] = on ? 65535 : 0;
                        white.samples.writable<std::uint16_t>()[3 * i + c] = on ? 0 : 65535;
                    }
                }
            QVERIFY(close(normalisedYCbCrMse(black, white).cb, 1.0));
        }
    }

    void yCbCrPicturesAreMeasuredAsTheyAre() {
        const Image a = makeImage(31, 17, ColourModel::YCbCr, false, 8, 1);
        const Image b = makeImage(31, 17, ColourModel::YCbCr, false, 8, 2);
        const YCbCrMse mse = normalisedYCbCrMse(a, b);
        QVERIFY(close((mse.y + mse.cb + mse.cr) / 3, plainMse(a, b)));
        QCOMPARE(normalisedLumaMse(a, b), mse.y);
    }

    void storedPlanesAreMeasuredAtTheirOwnSize() {
        for (const Subsampling subsampling : {Subsampling::C422, Subsampling::C420})
            for (const int depth : {8, 12}) {
                const Image a = makeSubsampled(31, 17, subsampling, Siting::Left, depth, false, 1);
                const Image b = makeSubsampled(31, 17, subsampling, Siting::Left, depth, false, 2);
                const auto plain = [&](const Array& one, const Array& other) {
                    Image x = a, y = a;
                    x.samples = one;
                    y.samples = other;
                    return plainMse(x, y);
                };
                const YCbCrMse mse = normalisedPlaneMse(a, b);
                QVERIFY(close(mse.y, plain(a.samples, b.samples)));
                QVERIFY(close(mse.cb, plain(a.cb, b.cb)) && close(mse.cr, plain(a.cr, b.cr)));
            }
        const Image a = makeImage(31, 17, ColourModel::YCbCr, false, 8, 1);
        const Image b = makeImage(31, 17, ColourModel::YCbCr, false, 8, 2);
        QCOMPARE(normalisedPlaneMse(a, b).cr, normalisedYCbCrMse(a, b).cr);
    }

    void subsampledPicturesAreRefusedWhereTheyDoNotFit() {
        Image half = makeSubsampled(8, 6, Subsampling::C420);
        VERIFY_ERROR(normalisedLumaMse(half, half), ErrorKind::Input, "full range");
        half.matrix = Matrix::Bt601;
        half.range = Range::Full;
        QCOMPARE(normalisedLumaMse(half, half), 0.0);
        VERIFY_ERROR(normalisedYCbCrMse(half, half), ErrorKind::Input, "subsampled");
        VERIFY_ERROR(squaredErrorMap(half, half), ErrorKind::Input, "subsampled");
        VERIFY_ERROR(normalisedMse(half, half), ErrorKind::Input, "YCbCr");
        Image other = half;
        other.siting = Siting::Left;
        VERIFY_ERROR(normalisedPlaneMse(half, other), ErrorKind::Input, "place of chroma");
        Image across = makeSubsampled(8, 6, Subsampling::C422);
        across.matrix = half.matrix;
        across.range = half.range;
        VERIFY_ERROR(normalisedPlaneMse(half, across), ErrorKind::Input,
                     "has 4:2:0, the candidate has 4:2:2");
        VERIFY_ERROR(normalisedPlaneMse(makeImage(8, 6), makeImage(8, 6)), ErrorKind::Input, "YCbCr");
    }

    void weightsOfSixOneOne() {
        const YCbCrMse mse{0.01, 0.02, 0.04};
        QCOMPARE(weightedMse611(mse), 0.015);
        QVERIFY(
            close(decibel(geometricMse611(mse)), (6 * decibel(0.01) + decibel(0.02) + decibel(0.04)) / 8));
        QCOMPARE(geometricMse611({0.01, 0, 0.04}), 0.0);
    }

    /// NumPy 2, float64: kodim01 against kodim02.
    void kodakAgreesWithNumPy() {
        const auto folder = dataFolder() / "images/kodak";
        REQUIRE_DATA(folder / "kodim01.png");
        const Image a = readImage(folder / "kodim01.png"), b = readImage(folder / "kodim02.png");
        QVERIFY(close(normalisedMse(a, b), 0.06514579387389231, 1e-15));
        QVERIFY(std::abs(decibel(normalisedMse(a, b)) - 11.861136191889663) < 1e-9);
        const YCbCrMse mse = normalisedYCbCrMse(a, b);
        QVERIFY(close(mse.y, 0.04381492521387124) && close(mse.cb, 0.0041802713938854635) &&
                close(mse.cr, 0.026520386840481122));
        QVERIFY(close(weightedMse611(mse), 0.03669877618969925));
        QVERIFY(std::abs(decibel(geometricMse611(mse)) - 15.131854023356754) < 1e-9);
    }

    void unlikePicturesAreRefused() {
        const Image a = makeImage(4, 3);
        VERIFY_ERROR(normalisedMse(a, makeImage(3, 4)), ErrorKind::Input,
                     "the reference has 4 x 3, the candidate has 3 x 4");
        VERIFY_ERROR(normalisedMse(a, makeImage(4, 3, ColourModel::Rgb, false, 16)), ErrorKind::Input,
                     "16 bits");
        VERIFY_ERROR(normalisedMse(a, makeImage(4, 3, ColourModel::Grey)), ErrorKind::Input, "grey");
        VERIFY_ERROR(normalisedMse(a, makeImage(4, 3, ColourModel::Rgb, true)), ErrorKind::Input, "alpha");
        const Image alpha = makeImage(4, 3, ColourModel::Rgb, true);
        VERIFY_ERROR(normalisedMse(alpha, alpha), ErrorKind::Input, "with alpha");
        const Image cmyk = makeImage(4, 3, ColourModel::Cmyk);
        VERIFY_ERROR(normalisedMse(cmyk, cmyk), ErrorKind::Input, "CMYK");
        const Image yCbCr = makeImage(4, 3, ColourModel::YCbCr);
        VERIFY_ERROR(normalisedMse(yCbCr, yCbCr), ErrorKind::Input, "YCbCr");
        Image limited = yCbCr;
        limited.range = Range::Limited;
        VERIFY_ERROR(normalisedLumaMse(limited, limited), ErrorKind::Input, "full range");
        VERIFY_ERROR(normalisedLumaMse(limited, yCbCr), ErrorKind::Input, "range");
        const Image grey = makeImage(4, 3, ColourModel::Grey);
        VERIFY_ERROR(normalisedYCbCrMse(grey, grey), ErrorKind::Input, "colour");
        VERIFY_ERROR(squaredErrorMap(a, makeImage(3, 4)), ErrorKind::Input, "size");
    }

    void theMapAveragesToTheError() {
        for (const int depth : {8, 16}) {
            const Image a = makeImage(40, 30, ColourModel::Rgb, false, depth, 1);
            const Image b = makeImage(40, 30, ColourModel::Rgb, false, depth, 2);
            const TensorSet map = squaredErrorMap(a, b);
            QVERIFY(map.tensors.at(0).array.shape() == (Shape{30, 40}));
            double sum = 0;
            for (const float value : map.tensors[0].array.as<float>())
                sum += value;
            QVERIFY(close(sum / 1200, normalisedMse(a, b), 1e-6));
        }
    }

    void everyHalfComesBack() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            const float value = halfToFloat(half);
            const bool isNan = (half & 0x7c00) == 0x7c00 && (half & 0x3ff);
            QCOMPARE(std::isnan(value), isNan);
            QCOMPARE(std::signbit(value), (half & 0x8000) != 0);
            QCOMPARE(floatToHalf(value), static_cast<std::uint16_t>(isNan ? half | 0x200 : half));
            const int exponent = half >> 10 & 0x1f;
            if (exponent < 31) {
                const double magnitude = exponent == 0 ? std::ldexp(half & 0x3ff, -24)
                                                       : std::ldexp(1024 + (half & 0x3ff), exponent - 25);
                QCOMPARE(std::abs(static_cast<double>(value)), magnitude);
            }
        }
    }

    /// All floats next to halves and half-way between them, and a stride over all floats.
    void halvesRoundToNearestEven() {
        for (std::uint32_t half = 0; half < 0x7c00; ++half) {
            const float here = halfToFloat(static_cast<std::uint16_t>(half));
            const float next = half == 0x7bff ? 65536.0f : halfToFloat(static_cast<std::uint16_t>(half + 1));
            const float middle = (here + next) / 2;
            for (const float value :
                 {here, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e9f)}) {
                QCOMPARE(floatToHalf(value), nearestHalf(value));
                QCOMPARE(floatToHalf(-value), nearestHalf(-value));
            }
        }
        for (std::uint64_t bits = 0; bits < 0x7f800000; bits += 9973) {
            const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
            QCOMPARE(floatToHalf(value), nearestHalf(value));
        }
        QCOMPARE(floatToHalf(std::numeric_limits<float>::infinity()), std::uint16_t{0x7c00});
        QVERIFY(std::isnan(halfToFloat(floatToHalf(std::bit_cast<float>(0x7f800001u)))));
        QVERIFY(std::isnan(halfToFloat(floatToHalf(std::bit_cast<float>(0xff800001u)))));
    }

    void bfloatsRoundToNearestEven() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const float value = bfloat16ToFloat(static_cast<std::uint16_t>(bits));
            if (std::isnan(value)) {
                QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(value))));
                continue;
            }
            QCOMPARE(floatToBfloat16(value), static_cast<std::uint16_t>(bits));
            if (std::isinf(value)) continue;
            const std::uint32_t middle = bits << 16 | 0x8000;
            const auto even = static_cast<std::uint16_t>(bits & 1 ? bits + 1 : bits);
            QCOMPARE(floatToBfloat16(std::bit_cast<float>(middle)), even);
            QCOMPARE(floatToBfloat16(std::bit_cast<float>(middle - 1)), static_cast<std::uint16_t>(bits));
            QCOMPARE(floatToBfloat16(std::bit_cast<float>(middle + 1)), static_cast<std::uint16_t>(bits + 1));
        }
        QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(std::bit_cast<float>(0x7f800001u)))));
    }

    void arraysAreCast() {
        const Array floats = makeFloats({5, 3});
        for (const DType type : {DType::F16, DType::BF16, DType::F32, DType::F64}) {
            const Array cast = fromFloat32(floats, type);
            QVERIFY(cast.type() == type && cast.shape() == floats.shape());
            const Array back = toFloat32(cast);
            for (std::size_t i = 0; i < 15; ++i)
                QVERIFY(close(back.as<float>()[i], floats.as<float>()[i], type == DType::BF16 ? 4e-3 : 5e-4));
        }
        QVERIFY(sameArrays(toFloat32(fromFloat32(floats, DType::F64)), floats));
        VERIFY_ERROR(toFloat32(Array(DType::I32, {2})), ErrorKind::Input, "i32");
    }

    void searchedTensorsAreFloatingMatrices() {
        TensorSet set;
        set.tensors = {{"w", makeFloats({3, 4})},
                       {"b", makeFloats({5})},
                       {"h", Array(DType::BF16, {2, 2, 2})},
                       {"n", Array(DType::I64, {9, 9})}};
        const Searched isSearched(set);
        QVERIFY(isSearched(set.tensors[0]) && !isSearched(set.tensors[1]) && isSearched(set.tensors[2]) &&
                !isSearched(set.tensors[3]));
        QCOMPARE(countWeights(set).weights, std::uint64_t{25});
        QCOMPARE(countWeights(set).searched, std::uint64_t{20});
    }

    void tensorErrorsAreSums() {
        TensorSet reference, candidate;
        reference.tensors = {
            {"a", makeFloats({100, 97}, 1)}, {"n", Array(DType::I64, {2})}, {"b", makeFloats({3}, 2)}};
        candidate.tensors = {{"b", makeFloats({3}, 3)},
                             {"a", fromFloat32(makeFloats({100, 97}, 4), DType::F16)},
                             {"n", Array(DType::I64, {2})}};
        const auto errors = tensorErrors(reference, candidate);
        QCOMPARE(errors.size(), std::size_t{2});
        QCOMPARE(errors[0].name, std::string("a"));
        QVERIFY(errors[0].searched && !errors[1].searched);
        QCOMPARE(errors[0].elements, std::uint64_t{9700});
        double squared = 0, energy = 0, largest = 0;
        const Array cast = toFloat32(candidate.tensors[1].array);
        for (std::size_t i = 0; i < 9700; ++i) {
            const double a = reference.tensors[0].array.as<float>()[i], b = cast.as<float>()[i];
            squared += (a - b) * (a - b);
            energy += a * a;
            largest = std::max(largest, std::abs(a - b));
        }
        QVERIFY(close(errors[0].squaredError, squared) && close(errors[0].referenceEnergy, energy));
        QCOMPARE(errors[0].largestError, largest);
        QCOMPARE(tensorErrors(reference, reference)[0].squaredError, 0.0);
    }

    void unlikeTensorsAreRefused() {
        TensorSet reference;
        reference.tensors = {{"a", makeFloats({5000})}, {"b", makeFloats({2, 3})}};
        TensorSet other = reference;
        other.tensors.pop_back();
        VERIFY_ERROR(tensorErrors(reference, other), ErrorKind::Input, "\"b\" is missing");
        VERIFY_ERROR(tensorErrors(other, reference), ErrorKind::Input, "\"b\" is not in the reference");
        other = reference;
        other.tensors[1].array = makeFloats({3, 2});
        VERIFY_ERROR(tensorErrors(reference, other), ErrorKind::Input, "[2, 3] in the reference and [3, 2]");
        other.tensors[1].array = Array(DType::I32, {2, 3});
        VERIFY_ERROR(tensorErrors(reference, other), ErrorKind::Input, "holds i32");
        other.tensors[1] = other.tensors[0];
        VERIFY_ERROR(tensorErrors(reference, other), ErrorKind::Input, "twice");
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            other = reference;
            other.tensors[0].array = makeFloats({5000});
            other.tensors[0].array.writable<float>()[4321] = bad;
            VERIFY_ERROR(tensorErrors(reference, other), ErrorKind::Input,
                         "in the candidate at element 4321");
            VERIFY_ERROR(tensorErrors(other, reference), ErrorKind::Input,
                         "\"a\" is NaN or infinite in the reference");
        }
    }
};

QTEST_APPLESS_MAIN(QualityTest)
#include "quality_test.moc"
