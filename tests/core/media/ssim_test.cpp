// SSIM and MS-SSIM against the papers' formulas in double, closed forms, and numbers of pytorch-msssim 1.0.0.

#include "core/media/quality/ssim.h"

#include "core/media/assets/image_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/ssim_oracle.h"
#include "tests/core/test_data.h"

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>

using namespace ratescope;
using namespace ratescope::media;

namespace {

/// A picture whose sample at (column, row) of a channel is what `valueAt` says.
template <typename ValueAt>
Image pictureOf(std::int64_t width, std::int64_t height, ColourModel model, int depth, ValueAt valueAt) {
    Image image = makeImage(width, height, model, false, depth);
    const int channels = image.channels();
    const auto fill = [&](auto samples) {
        std::size_t i = 0;
        for (int row = 0; row < height; ++row)
            for (int column = 0; column < width; ++column)
                for (int channel = 0; channel < channels; ++channel)
                    samples[i++] =
                        static_cast<std::decay_t<decltype(samples[0])>>(valueAt(column, row, channel));
    };
    if (depth <= 8)
        fill(image.samples.writable<std::uint8_t>());
    else
        fill(image.samples.writable<std::uint16_t>());
    return image;
}

/// Slopes with a little structure, and the same with an error of −9 … 13 a sample; of 16 bits: times 257.
Image slopes(std::int64_t width, std::int64_t height, ColourModel model, int depth, bool damaged) {
    return pictureOf(width, height, model, depth, [&](int column, int row, int channel) {
        int value = (5 * column + 3 * row + 40 * channel + column * row % 61) % 256;
        if (damaged) value = std::clamp(value + (7 * column + 11 * row + 5 * channel) % 23 - 9, 0, 255);
        return value * (depth == 16 ? 257 : 1);
    });
}

Image flat(double value, int depth = 8) {
    return pictureOf(176, 192, ColourModel::Grey, depth, [&](int, int, int) { return value; });
}

double sampleAt(const Image& image, std::size_t i) {
    return image.samples.type() == DType::U8 ? image.samples.as<std::uint8_t>()[i]
                                             : image.samples.as<std::uint16_t>()[i];
}

std::vector<Plane> planesOf(const Image& image, Look look) {
    const auto channels = static_cast<std::size_t>(image.channels());
    std::vector<Plane> planes(channels,
                              {static_cast<int>(image.width()), static_cast<int>(image.height()), {}});
    for (std::size_t i = 0; i < static_cast<std::size_t>(image.samples.size()); ++i)
        planes[i % channels].values.push_back(sampleAt(image, i));
    if (look == Look::Channels || channels == 1) return planes;
    if (image.model == ColourModel::Rgb)
        for (std::size_t i = 0; i < planes[0].values.size(); ++i)
            planes[0].values[i] =
                0.299 * planes[0].values[i] + 0.587 * planes[1].values[i] + 0.114 * planes[2].values[i];
    return {planes[0]};
}

double peakOf(const Image& image) {
    return std::ldexp(1.0, image.bitDepth) - 1;
}

template <typename OfPlanes>
double meanOverPlanes(const Image& a, const Image& b, Look look, OfPlanes ofPlanes) {
    const auto x = planesOf(a, look), y = planesOf(b, look);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += ofPlanes(x[i], y[i], peakOf(a));
    return sum / static_cast<double>(x.size());
}

double oracleSsim(const Image& a, const Image& b, Look look) {
    return meanOverPlanes(
        a, b, look, [](const Plane& x, const Plane& y, double peak) { return oracleTerms(x, y, peak).ssim; });
}

double oracleMsSsim(const Image& a, const Image& b, Look look) {
    return meanOverPlanes(a, b, look, [](const Plane& x, const Plane& y, double peak) {
        return media::oracleMsSsim(x, y, peak);
    });
}

bool near(double a, double b, double tolerance) {
    if (std::abs(a - b) <= tolerance) return true;
    qWarning("%.10f and %.10f differ by %.1e", a, b, std::abs(a - b));
    return false;
}

const Array& only(const TensorSet& set) {
    return set.tensors.at(0).array;
}

}  // namespace

class SsimTest : public QObject {
    Q_OBJECT

  private slots:
    void ssimIsThePapers_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("depth");
        for (const int depth : {8, 10, 12, 16})
            for (const auto& [width, height] : {std::pair{11, 11}, {12, 150}, {59, 29}, {200, 13}})
                QTest::addRow("%d x %d, %d bits", width, height, depth) << width << height << depth;
    }
    void ssimIsThePapers() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, depth);
        for (const ColourModel model : {ColourModel::Grey, ColourModel::Rgb}) {
            const Image a = makeImage(width, height, model, false, depth, 1);
            const Image b = makeImage(width, height, model, false, depth, 2);
            const Image slope = slopes(width, height, model, depth, false);
            const Image damaged = slopes(width, height, model, depth, true);
            for (const Look look : {Look::Channels, Look::Luma}) {
                QVERIFY(near(1 - ssimLoss(a, b, look), oracleSsim(a, b, look), 1e-6));
                QVERIFY(near(1 - ssimLoss(slope, damaged, look), oracleSsim(slope, damaged, look), 1e-6));
            }
        }
    }

    void msSsimIsThePapers_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("depth");
        QTest::newRow("smallest") << 161 << 161 << 8;
        QTest::newRow("even on four scales") << 192 << 176 << 10;
        QTest::newRow("odd here and there") << 187 << 170 << 8;
        QTest::newRow("16 bits") << 163 << 168 << 16;
    }
    void msSsimIsThePapers() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, depth);
        const Image a = slopes(width, height, ColourModel::Rgb, depth, false);
        const Image b = slopes(width, height, ColourModel::Rgb, depth, true);
        QVERIFY(near(1 - msSsimLoss(a, b, Look::Channels), oracleMsSsim(a, b, Look::Channels), 1e-6));
        QVERIFY(near(1 - msSsimLoss(a, b, Look::Luma), oracleMsSsim(a, b, Look::Luma), 1e-6));
    }

    /// pytorch-msssim 1.0.0 on the same pictures in float64.
    void numbersArePytorchMsssims() {
        const auto pair = [](int width, int height, ColourModel model, int depth) {
            return std::pair{slopes(width, height, model, depth, false),
                             slopes(width, height, model, depth, true)};
        };
        const auto ssim = [](const auto& both) {
            return 1 - ssimLoss(both.first, both.second, Look::Channels);
        };
        const auto msSsim = [](const auto& both) {
            return 1 - msSsimLoss(both.first, both.second, Look::Channels);
        };
        QVERIFY(near(ssim(pair(48, 40, ColourModel::Grey, 8)), 0.9660410453903778, 1e-6));
        QVERIFY(near(ssim(pair(48, 40, ColourModel::Rgb, 8)), 0.9674136509431991, 1e-6));
        const auto odd = pair(187, 165, ColourModel::Rgb, 8);
        QVERIFY(near(ssim(odd), 0.9623007272766496, 1e-6));
        QVERIFY(near(msSsim(odd), 0.9974190200877988, 1e-6));
        const auto deep = pair(176, 192, ColourModel::Grey, 16);
        QVERIFY(near(ssim(deep), 0.9621172275872426, 1e-6));
        QVERIFY(near(msSsim(deep), 0.9973918953832618, 1e-6));
    }

    /// kodim01 against kodim02: NumPy and SciPy in double, and the package in float64, whose window is of 32-bit floats.
    void kodakAgrees() {
        const auto folder = dataFolder() / "images/kodak";
        REQUIRE_DATA(folder / "kodim01.png");
        const Image a = readImage(folder / "kodim01.png"), b = readImage(folder / "kodim02.png");
        const auto agrees = [](double loss, double exact, double package) {
            return near(1 - loss, exact, 1e-6) && near(1 - loss, package, 1e-5);
        };
        QVERIFY(agrees(ssimLoss(a, b, Look::Channels), 0.1841152322247115, 0.18411707011967202));
        QVERIFY(agrees(msSsimLoss(a, b, Look::Channels), 0.1632031808146625, 0.16320528177310825));
        QVERIFY(agrees(ssimLoss(a, b, Look::Luma), 0.21071408093381075, 0.21071597500747863));
        QVERIFY(agrees(msSsimLoss(a, b, Look::Luma), 0.17017698370877385, 0.1701790472754767));
    }

    void equalPicturesLoseNothing() {
        for (const int depth : {8, 12, 16}) {
            const Image image = makeImage(170, 165, ColourModel::Rgb, false, depth, 5);
            for (const Look look : {Look::Channels, Look::Luma}) {
                QCOMPARE(ssimLoss(image, image, look), 0.0);
                QCOMPARE(msSsimLoss(image, image, look), 0.0);
            }
        }
    }

    /// No structure: (2ab + C1)/(a² + b² + C1), over five scales to the power of the last weight,
    /// which magnifies the rounding of a term near 0.
    void flatPicturesHaveTheirLuminanceTerm() {
        for (const int depth : {8, 16})
            for (const auto& [first, second] : {std::pair{100, 101}, {100, 150}, {0, 255}, {255, 3}}) {
                const double unit = depth == 16 ? 257 : 1, a = first * unit, b = second * unit;
                const double c1 = std::pow(0.01 * 255 * unit, 2);
                const double luminance = (2 * a * b + c1) / (a * a + b * b + c1);
                const Image x = flat(a, depth), y = flat(b, depth);
                QVERIFY(near(1 - ssimLoss(x, y, Look::Channels), luminance, 1e-6));
                QVERIFY(near(1 - msSsimLoss(x, y, Look::Channels), std::pow(luminance, 0.1333), 5e-5));
            }
    }

    /// A chequerboard against its inverse: every window has one of two means, and their covariance is −σ².
    void invertedPicturesHaveNegativeStructure() {
        const auto board = [](int inverse) {
            return pictureOf(40, 30, ColourModel::Grey, 8, [inverse](int column, int row, int) {
                return (column + row) % 2 == inverse ? 255 : 0;
            });
        };
        double sum = 0, even = 0;
        for (int i = -5; i <= 5; ++i) {
            sum += std::exp(-i * i / 4.5);
            if (i % 2 == 0) even += std::exp(-i * i / 4.5);
        }
        even /= sum;
        const double mean = 255 * (even * even + (1 - even) * (1 - even)), other = 255 - mean;
        const double variance = 255 * mean - mean * mean, c1 = 2.55 * 2.55, c2 = 7.65 * 7.65;
        const double expected = (2 * mean * other + c1) / (mean * mean + other * other + c1) *
                                (c2 - 2 * variance) / (c2 + 2 * variance);
        QVERIFY(expected < -0.99);
        QVERIFY(near(1 - ssimLoss(board(0), board(1), Look::Channels), expected, 1e-6));
    }

    /// A negative mean of a structure term counts as 0, so the whole product is.
    void msSsimIsNeverNegative() {
        const Image a = makeImage(170, 170, ColourModel::Grey, false, 8, 3);
        const Image inverse = pictureOf(170, 170, ColourModel::Grey, 8, [&](int column, int row, int) {
            return 255 - a.samples.as<std::uint8_t>()[static_cast<std::size_t>(row * 170 + column)];
        });
        QCOMPARE(msSsimLoss(a, inverse, Look::Channels), 1.0);
        QVERIFY(ssimLoss(a, inverse, Look::Channels) > 1.5);
    }

    void bitsAreTheSameHoweverComputed() {
        const Image a = slopes(371, 283, ColourModel::Rgb, 8, false);
        const Image b = slopes(371, 283, ColourModel::Rgb, 8, true);
        const Image deep = makeImage(371, 283, ColourModel::Grey, false, 16, 1);
        const Image noise = makeImage(371, 283, ColourModel::Grey, false, 16, 2);
        const auto results = [&](const Execution& execution) {
            return std::vector{
                ssimLoss(a, b, Look::Channels, execution), ssimLoss(a, b, Look::Luma, execution),
                msSsimLoss(a, b, Look::Channels, execution), ssimLoss(deep, noise, Look::Channels, execution),
                msSsimLoss(deep, noise, Look::Channels, execution)};
        };
        Execution plain;
        plain.instructions = InstructionSet::Baseline;
        const auto expected = results(plain);
        for (const InstructionSet set : usableInstructionSets())
            for (const int threads : {1, 2, 7}) {
                const auto found = results({.threads = threads, .instructions = set});
                QVERIFY2(found == expected, toText(set));
            }
    }

    void mapsAverageToTheMeasure() {
        const Image a = slopes(61, 37, ColourModel::Rgb, 8, false),
                    b = slopes(61, 37, ColourModel::Rgb, 8, true);
        const TensorSet set = ssimMap(a, b, Look::Channels);
        QCOMPARE(set.tensors.at(0).name, std::string("ssim"));
        QCOMPARE(only(set).shape(), (Shape{27, 51}));
        double sum = 0;
        for (const float value : only(set).as<float>())
            sum += static_cast<double>(value);
        QVERIFY(near(sum / (27 * 51), 1 - ssimLoss(a, b, Look::Channels), 1e-6));
        const Plane x = planesOf(a, Look::Luma)[0], y = planesOf(b, Look::Luma)[0];
        const auto expected = oracleTerms(x, y, 255).ssimMap;
        const TensorSet luma = ssimMap(a, b, Look::Luma);
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(near(static_cast<double>(only(luma).as<float>()[i]), expected[i], 1e-5));
    }

    /// The window at (0, 0) belongs to pixel (5, 5); a changed pixel reaches five places around, on scale 5 eighty.
    void mapsShowWhereTheErrorLies() {
        const Image a = slopes(400, 300, ColourModel::Grey, 8, false);
        Image b = a;
        b.samples = Array(a.samples.type(), a.samples.shape());
        std::ranges::copy(a.samples.bytes(), b.samples.writableBytes().begin());
        b.samples.writable<std::uint8_t>()[40 * 400 + 60] ^= 0x80;
        const TensorSet one = ssimMap(a, b, Look::Channels), five = msSsimMap(a, b, Look::Channels);
        QCOMPARE(five.tensors.at(0).name, std::string("ms-ssim"));
        QCOMPARE(only(five).shape(), (Shape{290, 390}));
        for (int row = 0; row < 290; ++row)
            for (int column = 0; column < 390; ++column) {
                const auto at = [&](const TensorSet& set) {
                    return only(set).as<float>()[static_cast<std::size_t>(row * 390 + column)];
                };
                const int distance = std::max(std::abs(column + 5 - 60), std::abs(row + 5 - 40));
                QCOMPARE(at(one) < 1, distance <= 5);
                if (distance <= 5) QVERIFY(at(five) < 1);
                if (distance > 16 * 6) QCOMPARE(at(five), 1.0F);
            }
    }

    void unfitPicturesAreRefused() {
        const auto ssim = [](const Image& a, const Image& b) { return ssimLoss(a, b, Look::Channels); };
        const auto msSsim = [](const Image& a, const Image& b) { return msSsimLoss(a, b, Look::Channels); };
        const Image a = makeImage(20, 30);
        VERIFY_ERROR(ssim(a, makeImage(30, 20)), ErrorKind::Input, "size");
        VERIFY_ERROR(ssim(a, makeImage(20, 30, ColourModel::Grey)), ErrorKind::Input, "grey");
        VERIFY_ERROR(ssim(a, makeImage(20, 30, ColourModel::Rgb, false, 16)), ErrorKind::Input, "16 bits");
        const Image alpha = makeImage(20, 30, ColourModel::Rgb, true);
        VERIFY_ERROR(ssim(alpha, alpha), ErrorKind::Input,
                     "SSIM is not defined here for pictures with alpha");
        const Image cmyk = makeImage(20, 30, ColourModel::Cmyk);
        VERIFY_ERROR(ssim(cmyk, cmyk), ErrorKind::Input, "CMYK");
        const Image dull = makeImage(20, 30, ColourModel::Grey, false, 4);
        VERIFY_ERROR(ssim(dull, dull), ErrorKind::Input, "less than 8 bits");
        const Image narrow = makeImage(10, 300);
        VERIFY_ERROR(ssim(narrow, narrow), ErrorKind::Input, "SSIM needs pictures of at least 11 x 11");
        const Image small = makeImage(500, 160);
        VERIFY_ERROR(msSsim(small, small), ErrorKind::Input,
                     "MS-SSIM needs pictures of at least 161 x 161 pixels; this one has 500 x 160");
        VERIFY_ERROR(ssimMap(narrow, narrow, Look::Luma), ErrorKind::Input, "at least");
        VERIFY_ERROR(msSsimMap(small, small, Look::Luma), ErrorKind::Input, "at least");
    }

    void yCbCrPicturesHaveLuma() {
        const Image a = makeImage(30, 20, ColourModel::YCbCr, false, 10, 1);
        const Image b = makeImage(30, 20, ColourModel::YCbCr, false, 10, 2);
        QVERIFY(near(1 - ssimLoss(a, b, Look::Luma), oracleSsim(a, b, Look::Luma), 1e-6));
        VERIFY_ERROR(ssimLoss(a, b, Look::Channels), ErrorKind::Input, "YCbCr");
        Image limited = a;
        limited.range = Range::Limited;
        VERIFY_ERROR(ssimLoss(limited, limited, Look::Luma), ErrorKind::Input, "full range");
    }

    void itStopsWhenToldTo() {
        const Image a = makeImage(600, 500);
        for (const int threads : {1, 2}) {
            std::atomic<int> checks{0};
            Execution execution;
            execution.threads = threads;
            execution.check = [&] {
                if (++checks == 5) throw Error(ErrorKind::Cancelled, "Cancelled.", "Start again.");
            };
            VERIFY_ERROR(msSsimLoss(a, a, Look::Channels, execution), ErrorKind::Cancelled, "Cancelled");
            QVERIFY(checks < 5 + 2);
        }
    }
};

QTEST_GUILESS_MAIN(SsimTest)
#include "ssim_test.moc"
