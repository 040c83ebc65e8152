// image.convert from and to YCbCr: levels, matrices, chroma, against closed forms and against the definition written
// out pixel by pixel.

#include "plugins/image/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

struct Form {
    std::string matrix = "BT.601", range = "full", subsampling = "4:4:4", siting = "left";
    int bits = 8;
};

Settings toYCbCr(const Form& form) {
    return {{"model", std::string("YCbCr")},   {"matrix", form.matrix}, {"range", form.range},
            {"subsampling", form.subsampling}, {"siting", form.siting}, {"bits", std::to_string(form.bits)}};
}

Settings toRgb(int bits) {
    return {{"model", std::string("RGB")}, {"bits", std::to_string(bits)}};
}

Image converted(const Image& image, const Settings& settings) {
    return imageAt(transform(image::convertNode(), inputs("image", image), settings));
}

double at(const Array& array, std::int64_t index) {
    const auto i = static_cast<std::size_t>(index);
    return array.type() == DType::U8 ? array.as<std::uint8_t>()[i] : array.as<std::uint16_t>()[i];
}

void set(Array& array, std::int64_t index, int value) {
    const auto i = static_cast<std::size_t>(index);
    if (array.type() == DType::U8)
        array.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(value);
    else
        array.writable<std::uint16_t>()[i] = static_cast<std::uint16_t>(value);
}

double sample(const Image& image, std::int64_t x, std::int64_t y, int channel) {
    return at(image.samples, (y * image.width() + x) * image.channels() + channel);
}

Image noise(std::int64_t width, std::int64_t height, ColourModel model, int bits, bool alpha = false) {
    Image image = picture(width, height, model, bits, alpha);
    std::mt19937 random(static_cast<unsigned>(width + bits));
    for (std::int64_t i = 0; i < image.samples.size(); ++i)
        set(image.samples, i, static_cast<int>(random() & ((1u << bits) - 1)));
    return image;
}

/// Levels by the standards' formulas.
struct Levels {
    double black, white, centre, chromaSpan, peak;
};
Levels levelsOf(int bits, bool limited) {
    const double peak = (1 << bits) - 1, s = std::pow(2, bits - 8);
    if (limited) return {16 * s, 235 * s, 128 * s, 224 * s, peak};
    return {0, peak, std::pow(2, bits - 1), peak, peak};
}
Levels levelsOf(const Image& image) {
    return levelsOf(image.bitDepth, image.range == Range::Limited);
}

using Triple = std::array<double, 3>;

Triple weights(Matrix matrix) {
    if (matrix == Matrix::Bt709) return {0.2126, 0.7152, 0.0722};
    return {0.299, 0.587, 0.114};
}

/// R, G, B within 0 … 1 to Y, Cb, Cr.
Triple analysed(const Triple& rgb, Matrix matrix) {
    const auto [kr, kg, kb] = weights(matrix);
    const double y = kr * rgb[0] + kg * rgb[1] + kb * rgb[2];
    return {y, (rgb[2] - y) / (2 - 2 * kb), (rgb[0] - y) / (2 - 2 * kr)};
}

Triple synthesised(const Triple& yCbCr, Matrix matrix) {
    const auto [kr, kg, kb] = weights(matrix);
    const double red = yCbCr[0] + (2 - 2 * kr) * yCbCr[2], blue = yCbCr[0] + (2 - 2 * kb) * yCbCr[1];
    return {red, (yCbCr[0] - kr * red - kb * blue) / kg, blue};
}

Triple rgbAt(const Image& image, std::int64_t x, std::int64_t y) {
    const double peak = (1 << image.bitDepth) - 1;
    return {sample(image, x, y, 0) / peak, sample(image, x, y, 1) / peak, sample(image, x, y, 2) / peak};
}

/// Where chroma sample k lies, in luma samples.
double across(const Image& image, std::int64_t k) {
    return image.chromaStepAcross() == 1
               ? static_cast<double>(k)
               : 2 * static_cast<double>(k) + (image.siting == Siting::Centre ? 0.5 : 0);
}
double down(const Image& image, std::int64_t k) {
    return image.chromaStepDown() == 1 ? static_cast<double>(k) : 2 * static_cast<double>(k) + 0.5;
}

/// The plane (0 Cb, 1 Cr) between its samples, by their places, the border repeated.
double chromaAt(const Image& image, int plane, double x, double y) {
    const auto stored = [&](std::int64_t column, std::int64_t row) {
        column = std::clamp<std::int64_t>(column, 0, image.chromaWidth() - 1);
        row = std::clamp<std::int64_t>(row, 0, image.chromaHeight() - 1);
        if (!image.subsampled()) return sample(image, column, row, 1 + plane);
        return at(plane == 0 ? image.cb : image.cr, row * image.chromaWidth() + column);
    };
    const double column = (x - across(image, 0)) / image.chromaStepAcross(),
                 row = (y - down(image, 0)) / image.chromaStepDown();
    const auto left = static_cast<std::int64_t>(std::floor(column)),
               top = static_cast<std::int64_t>(std::floor(row));
    const double u = column - static_cast<double>(left), v = row - static_cast<double>(top);
    return (1 - v) * ((1 - u) * stored(left, top) + u * stored(left + 1, top)) +
           v * ((1 - u) * stored(left, top + 1) + u * stored(left + 1, top + 1));
}

Triple yCbCrAt(const Image& image, std::int64_t x, std::int64_t y) {
    const Levels levels = levelsOf(image);
    const auto chroma = [&](int plane) {
        return (chromaAt(image, plane, static_cast<double>(x), static_cast<double>(y)) - levels.centre) /
               levels.chromaSpan;
    };
    return {(sample(image, x, y, 0) - levels.black) / (levels.white - levels.black), chroma(0), chroma(1)};
}

/// Of the exact value of each luma sample to (offset, weight) that a chroma sample is made of, one way.
std::vector<std::pair<int, double>> taps(int step, bool centre) {
    if (step == 1) return {{0, 1}};
    if (centre) return {{0, 0.5}, {1, 0.5}};
    return {{-1, 0.25}, {0, 0.5}, {1, 0.25}};
}

bool rounds(double stored, double exact, double peak) {
    return std::abs(stored - std::clamp(exact, 0.0, peak)) <= 0.5 + 1e-7;
}

/// Every sample of the YCbCr image against the exact Y, Cb, Cr of each pixel.
template <typename Exact>
bool isRounded(const Image& image, Exact exact) {
    const Levels levels = levelsOf(image);
    for (std::int64_t y = 0; y < image.height(); ++y)
        for (std::int64_t x = 0; x < image.width(); ++x) {
            const double luma = levels.black + (levels.white - levels.black) * exact(x, y)[0];
            if (!rounds(sample(image, x, y, 0), luma, levels.peak)) return false;
        }
    for (std::int64_t y = 0; y < image.chromaHeight(); ++y)
        for (std::int64_t x = 0; x < image.chromaWidth(); ++x) {
            double cb = 0, cr = 0;
            for (const auto& [dx, u] : taps(image.chromaStepAcross(), image.siting == Siting::Centre))
                for (const auto& [dy, v] : taps(image.chromaStepDown(), true)) {
                    const Triple pixel = exact(
                        std::clamp<std::int64_t>(image.chromaStepAcross() * x + dx, 0, image.width() - 1),
                        std::clamp<std::int64_t>(image.chromaStepDown() * y + dy, 0, image.height() - 1));
                    cb += u * v * pixel[1];
                    cr += u * v * pixel[2];
                }
            const std::int64_t index = y * image.chromaWidth() + x;
            const double storedCb = image.subsampled() ? at(image.cb, index) : sample(image, x, y, 1);
            const double storedCr = image.subsampled() ? at(image.cr, index) : sample(image, x, y, 2);
            if (!rounds(storedCb, levels.centre + levels.chromaSpan * cb, levels.peak) ||
                !rounds(storedCr, levels.centre + levels.chromaSpan * cr, levels.peak))
                return false;
        }
    return true;
}

/// Where chroma keeps its places: each sample against its own, luma against interpolated chroma.
bool keepsItsPlaces(const Image& image, const Image& from) {
    const Levels levels = levelsOf(image), before = levelsOf(from);
    const auto changed = [&](const Triple& pixel) {
        return image.matrix == from.matrix ? pixel : analysed(synthesised(pixel, from.matrix), image.matrix);
    };
    for (std::int64_t y = 0; y < image.height(); ++y)
        for (std::int64_t x = 0; x < image.width(); ++x) {
            const double luma =
                levels.black + (levels.white - levels.black) * changed(yCbCrAt(from, x, y))[0];
            if (!rounds(sample(image, x, y, 0), luma, levels.peak)) return false;
        }
    for (std::int64_t i = 0; i < image.cb.size(); ++i) {
        const Triple pixel = changed({0, (at(from.cb, i) - before.centre) / before.chromaSpan,
                                      (at(from.cr, i) - before.centre) / before.chromaSpan});
        if (!rounds(at(image.cb, i), levels.centre + levels.chromaSpan * pixel[1], levels.peak) ||
            !rounds(at(image.cr, i), levels.centre + levels.chromaSpan * pixel[2], levels.peak))
            return false;
    }
    return true;
}

bool isRoundedRgb(const Image& rgb, const Image& from) {
    const double peak = (1 << rgb.bitDepth) - 1;
    for (std::int64_t y = 0; y < rgb.height(); ++y)
        for (std::int64_t x = 0; x < rgb.width(); ++x) {
            const Triple exact = synthesised(yCbCrAt(from, x, y), from.matrix);
            for (int c = 0; c < 3; ++c)
                if (!rounds(sample(rgb, x, y, c), peak * exact[static_cast<std::size_t>(c)], peak))
                    return false;
        }
    return true;
}

std::vector<Form> allForms() {
    std::vector<Form> forms;
    for (const char* matrix : {"BT.601", "BT.709"})
        for (const char* range : {"full", "limited"})
            for (const int bits : {8, 10, 12, 16}) {
                forms.push_back({matrix, range, "4:4:4", "left", bits});
                for (const char* subsampling : {"4:2:2", "4:2:0"})
                    for (const char* siting : {"left", "centre"})
                        forms.push_back({matrix, range, subsampling, siting, bits});
            }
    return forms;
}

std::string nameOf(const Form& form) {
    return form.matrix + " " + form.range + " " + form.subsampling + " " + form.siting + " " +
           std::to_string(form.bits);
}

void addForms() {
    QTest::addColumn<int>("index");
    const std::vector<Form> forms = allForms();
    for (std::size_t i = 0; i < forms.size(); ++i)
        QTest::newRow(nameOf(forms[i]).c_str()) << static_cast<int>(i);
}

const std::array<std::pair<int, int>, 4> sizes{{{1, 1}, {1, 9}, {10, 1}, {13, 11}}};

}  // namespace

class ConvertYCbCrTest : public QObject {
    Q_OBJECT

  private:
    static Form form() {
        QFETCH(int, index);
        return allForms().at(static_cast<std::size_t>(index));
    }

  private slots:
    void formsAreAsAskedFor_data() { addForms(); }
    void formsAreAsAskedFor() {
        const Form wanted = form();
        const Image image = converted(picture(7, 5, ColourModel::Rgb), toYCbCr(wanted));
        QVERIFY(image.model == ColourModel::YCbCr);
        QVERIFY(image.matrix == (wanted.matrix == "BT.709" ? Matrix::Bt709 : Matrix::Bt601));
        QVERIFY(image.range == (wanted.range == "full" ? Range::Full : Range::Limited));
        QCOMPARE(std::string(toText(image.subsampling)), wanted.subsampling);
        const bool left = image.subsampled() && wanted.siting == "left";
        QVERIFY(image.siting == (left ? Siting::Left : Siting::Centre));
        QCOMPARE(image.bitDepth, wanted.bits);
        QVERIFY(sameAfterParts(image));
    }

    /// Black, white and every grey between: exact luma, chroma at its centre, and back without a loss.
    void greysStayGreyAndExact_data() { addForms(); }
    void greysStayGreyAndExact() {
        const Form wanted = form();
        Image ramp = picture(256, 2, ColourModel::Rgb);
        for (std::int64_t i = 0; i < ramp.samples.size(); ++i)
            set(ramp.samples, i, static_cast<int>(i / 3 % 256));
        const Image image = converted(ramp, toYCbCr(wanted));
        const Levels levels = levelsOf(image);
        QCOMPARE(sample(image, 0, 0, 0), levels.black);
        QCOMPARE(sample(image, 255, 1, 0), levels.white);
        for (std::int64_t v = 0; v < 256; ++v) {
            const double exact = levels.black + (levels.white - levels.black) * static_cast<double>(v) / 255;
            QCOMPARE(sample(image, v, 0, 0), std::floor(exact + 0.5));
        }
        const Array &cb = image.subsampled() ? image.cb : image.samples,
                    &cr = image.subsampled() ? image.cr : cb;
        const std::int64_t stride = image.subsampled() ? 1 : 3;
        for (std::int64_t i = stride / 3; i < cb.size(); i += stride) {
            QCOMPARE(at(cb, i), levels.centre);
            QCOMPARE(at(cr, i + stride / 3), levels.centre);
        }
        const Image back = converted(image, toRgb(8));
        const bool isWideEnough = wanted.range == "full" || wanted.bits > 8;
        for (std::int64_t v = 0; v < 256; ++v)
            for (int c = 0; c < 3; ++c) {
                QCOMPARE(sample(back, v, 0, c), sample(back, v, 0, 0));
                if (isWideEnough) QCOMPARE(sample(back, v, 0, c), static_cast<double>(v));
            }
    }

    /// The primaries reach the ends of chroma, of limited range 16·2^k and 240·2^k.
    void primariesReachTheEnds_data() { addForms(); }
    void primariesReachTheEnds() {
        const Form wanted = form();
        const auto chromaOf = [&](int r, int g, int b) {
            Image flat = picture(2, 2, ColourModel::Rgb);
            for (std::int64_t i = 0; i < 12; ++i)
                set(flat.samples, i, std::array{r, g, b}[static_cast<std::size_t>(i % 3)]);
            const Image image = converted(flat, toYCbCr(wanted));
            return image.subsampled() ? std::pair(at(image.cb, 0), at(image.cr, 0))
                                      : std::pair(sample(image, 0, 0, 1), sample(image, 0, 0, 2));
        };
        const double peak = (1 << wanted.bits) - 1, s = std::pow(2, wanted.bits - 8);
        const double low = wanted.range == "full" ? 1 : 16 * s,
                     high = wanted.range == "full" ? peak : 240 * s;
        QCOMPARE(chromaOf(0, 0, 255).first, high);
        QCOMPARE(chromaOf(255, 255, 0).first, low);
        QCOMPARE(chromaOf(255, 0, 0).second, high);
        QCOMPARE(chromaOf(0, 255, 255).second, low);
    }

    /// JFIF, BT.601 and BT.709 tables of the primaries (the Cb of yellow is 0.5 exactly in full range, and rounds up).
    void primariesHaveTheirKnownCodes_data() {
        QTest::addColumn<QString>("matrix");
        QTest::addColumn<QString>("range");
        QTest::addColumn<QList<int>>("codes");  // black, white, red, green, blue, yellow
        QTest::newRow("JFIF") << "BT.601"
                              << "full" << QList<int>{0,   128, 128, 255, 128, 128, 76,  85, 255,
                                                      150, 44,  21,  29,  255, 107, 226, 1,  149};
        QTest::newRow("BT.601") << "BT.601"
                                << "limited" << QList<int>{16,  128, 128, 235, 128, 128, 81,  90, 240,
                                                           145, 54,  34,  41,  240, 110, 210, 16, 146};
        QTest::newRow("BT.709") << "BT.709"
                                << "limited" << QList<int>{16,  128, 128, 235, 128, 128, 63,  102, 240,
                                                           173, 42,  26,  32,  240, 118, 219, 16,  138};
    }
    void primariesHaveTheirKnownCodes() {
        QFETCH(QString, matrix);
        QFETCH(QString, range);
        QFETCH(QList<int>, codes);
        const int rgb[18] = {0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0};
        Image image = picture(6, 1, ColourModel::Rgb);
        for (std::int64_t i = 0; i < 18; ++i)
            set(image.samples, i, rgb[i]);
        const Image coded = converted(image, toYCbCr({matrix.toStdString(), range.toStdString()}));
        for (std::int64_t i = 0; i < 18; ++i)
            QCOMPARE(at(coded.samples, i), static_cast<double>(codes[i]));
    }

    void rgbToYCbCrIsTheDefinition_data() { addForms(); }
    void rgbToYCbCrIsTheDefinition() {
        const Form wanted = form();
        for (const int bits : {8, 10, 16})
            for (const auto& [width, height] : sizes) {
                const Image rgb = noise(width, height, ColourModel::Rgb, bits);
                const Image image = converted(rgb, toYCbCr(wanted));
                QVERIFY(isRounded(image, [&](std::int64_t x, std::int64_t y) {
                    return analysed(rgbAt(rgb, x, y), image.matrix);
                }));
            }
    }

    void yCbCrToRgbIsTheDefinition_data() { addForms(); }
    void yCbCrToRgbIsTheDefinition() {
        const Form wanted = form();
        for (const int bits : {8, 12, 16})
            for (const auto& [width, height] : sizes) {
                // Random samples, most of them no colour of RGB: what is clamped must be right too.
                const Image image =
                    randomised(converted(noise(width, height, ColourModel::Rgb, 8), toYCbCr(wanted)));
                QVERIFY(isRoundedRgb(converted(image, toRgb(bits)), image));
            }
    }

    void oneYCbCrToAnotherIsTheDefinition_data() { addForms(); }
    void oneYCbCrToAnotherIsTheDefinition() {
        const Form source = form();
        const Image image = randomised(converted(noise(13, 11, ColourModel::Rgb, 8), toYCbCr(source)));
        for (const Form& wanted : allForms()) {
            if (wanted.bits == 12 || wanted.bits == 16) continue;
            const Image other = converted(image, toYCbCr(wanted));
            if (nameOf(wanted) == nameOf(source)) continue;
            const bool sameChroma = other.subsampling == image.subsampling && other.siting == image.siting;
            if (sameChroma && image.subsampled()) {
                QVERIFY2(keepsItsPlaces(other, image), nameOf(wanted).c_str());
                continue;
            }
            QVERIFY2(isRounded(other,
                               [&](std::int64_t x, std::int64_t y) {
                                   const Triple pixel = yCbCrAt(image, x, y);
                                   if (other.matrix == image.matrix) return pixel;
                                   return analysed(synthesised(pixel, image.matrix), other.matrix);
                               }),
                     nameOf(wanted).c_str());
        }
    }

    /// Linear interpolation and symmetric means keep a slope: each chroma sample must be the slope at its place.
    void chromaLiesWhereItsSitingSays_data() {
        QTest::addColumn<QString>("subsampling");
        QTest::addColumn<QString>("siting");
        for (const char* subsampling : {"4:2:2", "4:2:0"})
            for (const char* siting : {"left", "centre"})
                QTest::addRow("%s %s", subsampling, siting) << subsampling << siting;
    }
    void chromaLiesWhereItsSitingSays() {
        QFETCH(QString, subsampling);
        QFETCH(QString, siting);
        Image slope = picture(40, 30, ColourModel::YCbCr, 16);
        slope.matrix = Matrix::Bt601;
        for (std::int64_t y = 0; y < 30; ++y)
            for (std::int64_t x = 0; x < 40; ++x) {
                set(slope.samples, (y * 40 + x) * 3 + 1, static_cast<int>(1000 * x + 400 * y));
                set(slope.samples, (y * 40 + x) * 3 + 2, static_cast<int>(60000 - 1200 * x));
            }
        const Image image = converted(
            slope, toYCbCr({"BT.601", "full", subsampling.toStdString(), siting.toStdString(), 16}));
        for (std::int64_t k = 1; k < image.chromaHeight() - 1; ++k)
            for (std::int64_t i = 1; i < image.chromaWidth() - 1; ++i) {
                const std::int64_t index = k * image.chromaWidth() + i;
                QCOMPARE(at(image.cb, index), 1000 * across(image, i) + 400 * down(image, k));
                QCOMPARE(at(image.cr, index), 60000 - 1200 * across(image, i));
            }
        const Image back = converted(image, toYCbCr({"BT.601", "full", "4:4:4", "left", 16}));
        for (std::int64_t y = 2; y < 28; ++y)
            for (std::int64_t x = 2; x < 38; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(sample(back, x, y, c), sample(slope, x, y, c));
    }

    void deeperYCbCrKeepsRgb() {
        const Image rgb = noise(60, 50, ColourModel::Rgb, 8);
        for (const char* matrix : {"BT.601", "BT.709"})
            for (const char* range : {"full", "limited"})
                for (const auto& [bits, most] : {std::pair{8, 2}, {10, 1}, {12, 0}, {16, 0}}) {
                    const Image back =
                        converted(converted(rgb, toYCbCr({matrix, range, "4:4:4", "left", bits})), toRgb(8));
                    double worst = 0;
                    for (std::int64_t i = 0; i < rgb.samples.size(); ++i)
                        worst = std::max(worst, std::abs(at(rgb.samples, i) - at(back.samples, i)));
                    QVERIFY2(worst <= most, qPrintable(QString("%1 bits: %2").arg(bits).arg(worst)));
                }
    }

    /// A range alone changes no hue, even of samples that are no colour of RGB.
    void rangesDoNotPassThroughRgb() {
        Image image = picture(1, 1, ColourModel::YCbCr);
        image.matrix = Matrix::Bt709;
        image.range = Range::Limited;
        for (const auto& [i, value] : {std::pair{0, 16}, {1, 240}, {2, 16}})
            set(image.samples, i, value);
        const Image full = converted(image, toYCbCr({"BT.709", "full"}));
        QCOMPARE(at(full.samples, 0), 0.0);
        QCOMPARE(at(full.samples, 1), 255.0);
        QCOMPARE(at(full.samples, 2), 1.0);
    }

    void subsampledImagesStayAsTheyAre() {
        for (const int bits : {8, 12}) {
            Image image = converted(noise(9, 7, ColourModel::Rgb, 8),
                                    toYCbCr({"BT.709", "limited", "4:2:0", "left", bits}));
            const Image kept = converted(image, {});
            QVERIFY(same(kept, image));
            const Image deep = converted(image, {{"bits", std::string("16")}});
            QVERIFY(deep.subsampling == Subsampling::C420 && deep.siting == Siting::Left);
            for (std::int64_t i = 0; i < image.cb.size(); ++i) {
                QCOMPARE(at(deep.cb, i), std::ldexp(at(image.cb, i), 16 - bits));
                QCOMPARE(at(deep.cr, i), std::ldexp(at(image.cr, i), 16 - bits));
            }
            QVERIFY(same(converted(deep, {{"bits", std::to_string(bits)}}), image));
        }
    }

    void alphaGoesAlong() {
        const Image rgba = noise(9, 7, ColourModel::Rgb, 8, true);
        const Image half = converted(rgba, toYCbCr({"BT.601", "limited", "4:2:0", "left", 10}));
        QVERIFY(half.alpha && half.channels() == 2);
        const Image back = converted(half, toRgb(8));
        QVERIFY(back.alpha && back.channels() == 4);
        for (std::int64_t i = 0; i < rgba.pixels(); ++i) {
            QCOMPARE(at(half.samples, 2 * i + 1), std::floor(at(rgba.samples, 4 * i + 3) * 1023 / 255 + 0.5));
            QCOMPARE(at(back.samples, 4 * i + 3), at(rgba.samples, 4 * i + 3));
        }
        const Image dropped = converted(half, {{"alpha", std::string("drop")}});
        QVERIFY(!dropped.alpha && dropped.channels() == 1 && dropped.subsampled());
    }

    void lumaOfBt601IsItsGrey() {
        for (const char* subsampling : {"4:4:4", "4:2:0"}) {
            const Image image =
                converted(noise(9, 7, ColourModel::Rgb, 8), toYCbCr({"BT.601", "full", subsampling}));
            const Image grey = converted(image, {{"model", std::string("Grey")}});
            QVERIFY(grey.model == ColourModel::Grey && grey.channels() == 1 && !grey.subsampled());
            for (std::int64_t i = 0; i < image.pixels(); ++i)
                QCOMPARE(at(grey.samples, i), at(image.samples, i * image.channels()));
        }
    }

    void limitedGreyIsStretched() {
        Image grey = picture(3, 1, ColourModel::Grey);
        grey.range = Range::Limited;
        for (const auto& [i, value] : {std::pair{0, 16}, {1, 235}, {2, 250}})
            set(grey.samples, i, value);
        QVERIFY(converted(grey, {}).range == Range::Limited);
        const Image full = converted(grey, {{"model", std::string("Grey")}});
        QVERIFY(full.range == Range::Full);
        QCOMPARE(at(full.samples, 0), 0.0);
        QCOMPARE(at(full.samples, 1), 255.0);
        QCOMPARE(at(full.samples, 2), 255.0);
        const Image rgb = converted(grey, toRgb(8));
        QVERIFY(rgb.range == Range::Full);
        QCOMPARE(sample(rgb, 1, 0, 2), 255.0);
        QVERIFY(converted(grey, {{"take-as", std::string("BT.601 full")}}).range == Range::Full);
    }

    void whatTheFileDoesNotSayCanBeSaid() {
        const Image rgb = noise(9, 7, ColourModel::Rgb, 8);
        const Image truth = converted(rgb, toYCbCr({"BT.709", "limited", "4:2:0", "left", 10}));
        Image wrong = truth;
        wrong.matrix = Matrix::Bt601;
        wrong.range = Range::Full;
        Settings settings = toRgb(8);
        settings["take-as"] = std::string("BT.709 limited");
        QVERIFY(same(converted(wrong, settings), converted(truth, toRgb(8))));
        QVERIFY(same(converted(wrong, {{"take-as", std::string("BT.709 limited")}}), truth));
        QVERIFY(same(converted(rgb, {{"take-as", std::string("BT.709 limited")}}), rgb));
    }

    void subsampledChromaIsTurnedOnTheWayToRgb() {
        Image rgb = picture(9, 7, ColourModel::Rgb);
        rgb.orientation = 6;
        const Settings half = toYCbCr({"BT.601", "full", "4:2:0", "centre", 8});
        const Image upright = converted(rgb, half);
        QVERIFY(upright.orientation == 1 && upright.width() == 7 && upright.subsampled());
        Settings asItLies = half;
        asItLies["upright"] = false;
        const Image lying = converted(rgb, asItLies);
        QVERIFY(lying.orientation == 6 && lying.width() == 9);
        const QString error = errorOf([&] { converted(lying, {}); });
        QVERIFY2(error.startsWith("input: ") && error.contains("upright"), qPrintable(error));
        QCOMPARE(converted(lying, toRgb(8)).width(), std::int64_t{7});
        QCOMPARE(converted(lying, toYCbCr({})).width(), std::int64_t{7});
    }

  private:
    static bool sameArrays(const Array& a, const Array& b) {
        return a.type() == b.type() && a.shape() == b.shape() && std::ranges::equal(a.bytes(), b.bytes());
    }
    static bool same(const Image& a, const Image& b) {
        return a.model == b.model && a.alpha == b.alpha && a.bitDepth == b.bitDepth && a.range == b.range &&
               a.matrix == b.matrix && a.subsampling == b.subsampling && a.siting == b.siting &&
               sameArrays(a.samples, b.samples) && sameArrays(a.cb, b.cb) && sameArrays(a.cr, b.cr);
    }
    /// Whether value files would take the image.
    static bool sameAfterParts(const Image& image) {
        const Value back = fromParts(toParts(std::make_shared<const Image>(image)));
        return same(*std::get<std::shared_ptr<const Image>>(back), image);
    }
    static Image randomised(Image image) {
        std::mt19937 random(11);
        const auto limit = static_cast<unsigned>((1 << image.bitDepth) - 1);
        for (Array* array : {&image.samples, &image.cb, &image.cr})
            for (std::int64_t i = 0; i < array->size(); ++i)
                set(*array, i, static_cast<int>(random() & limit));
        return image;
    }
};

QTEST_GUILESS_MAIN(ConvertYCbCrTest)
#include "convert_ycbcr_test.moc"
