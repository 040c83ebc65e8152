// image.convert: models, depth, alpha, profiles, orientation.

#include "plugins/image/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <lcms2.h>

#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Outputs converted(const Image& image, const Settings& settings) {
    return transform(image::convertNode(), inputs("image", image), settings);
}

std::vector<int> samplesOf(const Outputs& outputs) {
    const Array& samples = imageAt(outputs).samples;
    if (samples.type() == DType::U8) {
        const auto narrow = samples.as<std::uint8_t>();
        return {narrow.begin(), narrow.end()};
    }
    const auto wide = samples.as<std::uint16_t>();
    return {wide.begin(), wide.end()};
}

Image pixel(ColourModel model, int bits, bool alpha, std::initializer_list<int> samples) {
    Image image = picture(1, 1, model, bits, alpha);
    std::size_t i = 0;
    for (const int sample : samples)
        if (bits <= 8)
            image.samples.writable<std::uint8_t>()[i++] = static_cast<std::uint8_t>(sample);
        else
            image.samples.writable<std::uint16_t>()[i++] = static_cast<std::uint16_t>(sample);
    return image;
}

std::vector<std::byte> bytesOf(cmsHPROFILE profile) {
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, nullptr, &size);
    std::vector<std::byte> bytes(size);
    cmsSaveProfileToMem(profile, bytes.data(), &size);
    cmsCloseProfile(profile);
    return bytes;
}

/// An RGB profile with sRGB's primaries and a plain power law.
std::vector<std::byte> gammaProfile(double gamma) {
    cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
    std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
    const cmsCIExyY white{0.3127, 0.3290, 1};
    const cmsCIExyYTRIPLE primaries{{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
    cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves.data());
    cmsFreeToneCurve(curve);
    return bytesOf(profile);
}

std::vector<std::byte> greyProfile(double gamma) {
    cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
    cmsHPROFILE profile = cmsCreateGrayProfile(cmsD50_xyY(), curve);
    cmsFreeToneCurve(curve);
    return bytesOf(profile);
}

/// IEC 61966-2-1.
double srgbFromLinear(double linear) {
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

Settings model(const char* name) {
    return {{"model", std::string(name)}};
}

}  // namespace

class ConvertTest : public QObject {
    Q_OBJECT

  private slots:
    void defaultsLeaveAPlainPictureAlone() {
        for (const int bits : {1, 4, 8, 10, 16}) {
            const Image image = picture(9, 7, ColourModel::Grey, bits);
            const Outputs outputs = converted(image, {});
            QVERIFY(std::ranges::equal(imageAt(outputs).samples.bytes(), image.samples.bytes()));
            QCOMPARE(imageAt(outputs).bitDepth, bits);
        }
    }

    void colourModels_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QList<int>>("expected");
        QTest::newRow("RGB to grey") << "rgb"
                                     << "Grey" << QList<int>{124};
        QTest::newRow("grey to RGB") << "grey"
                                     << "RGB" << QList<int>{77, 77, 77};
        QTest::newRow("RGB to YCbCr") << "rgb"
                                      << "YCbCr" << QList<int>{124, 86, 182};
        QTest::newRow("grey to YCbCr") << "grey"
                                       << "YCbCr" << QList<int>{77, 128, 128};
        QTest::newRow("CMYK to RGB") << "cmyk"
                                     << "RGB" << QList<int>{163, 82, 0};
        QTest::newRow("CMYK to grey") << "cmyk"
                                      << "Grey" << QList<int>{97};
        QTest::newRow("CMYK stays") << "cmyk"
                                    << "keep" << QList<int>{51, 153, 255, 51};
    }
    void colourModels() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QList<int>, expected);
        const Image image = from == "rgb"    ? pixel(ColourModel::Rgb, 8, false, {200, 100, 50})
                            : from == "grey" ? pixel(ColourModel::Grey, 8, false, {77})
                                             : pixel(ColourModel::Cmyk, 8, false, {51, 153, 255, 51});
        const Outputs outputs = converted(image, model(qPrintable(to)));
        QCOMPARE(samplesOf(outputs), std::vector<int>(expected.begin(), expected.end()));
    }

    void yCbCrGoesBackAndForth() {
        const Image image = picture(20, 20, ColourModel::Rgb, 16);
        for (const char* range : {"full", "limited"}) {
            const Outputs there =
                converted(image, {{"model", std::string("YCbCr")}, {"range", std::string(range)}});
            QVERIFY(imageAt(there).model == ColourModel::YCbCr);
            QVERIFY(imageAt(there).matrix == Matrix::Bt601);
            const Outputs back = converted(imageAt(there), model("RGB"));
            const auto expected = image.samples.as<std::uint16_t>(),
                       found = imageAt(back).samples.as<std::uint16_t>();
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(std::abs(expected[i] - found[i]) <= 3);
        }
    }

    void depths_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("value");
        QTest::addColumn<QString>("bits");
        QTest::addColumn<int>("expected");
        QTest::newRow("8 to 16") << 8 << 200 << "16" << 51400;
        QTest::newRow("16 to 8, down") << 16 << 51528 << "8" << 200;
        QTest::newRow("16 to 8, up") << 16 << 51529 << "8" << 201;
        QTest::newRow("4 to 8") << 4 << 9 << "8" << 153;
        QTest::newRow("10 to 16") << 10 << 1023 << "16" << 65535;
        QTest::newRow("10 keeps") << 10 << 513 << "keep" << 513;
        QTest::newRow("8 to 10") << 8 << 200 << "10" << 802;
        QTest::newRow("8 to 12") << 8 << 200 << "12" << 3212;
        QTest::newRow("16 to 12, down") << 16 << 24 << "12" << 1;
        QTest::newRow("12 to 10, up") << 12 << 4090 << "10" << 1022;
    }
    void depths() {
        QFETCH(int, from);
        QFETCH(int, value);
        QFETCH(QString, bits);
        QFETCH(int, expected);
        const Outputs outputs =
            converted(pixel(ColourModel::Grey, from, false, {value}), {{"bits", bits.toStdString()}});
        QCOMPARE(samplesOf(outputs), std::vector<int>{expected});
    }

    void chromaKeepsItsCentre() {
        Image image = pixel(ColourModel::YCbCr, 8, false, {100, 128, 255});
        image.matrix = Matrix::Bt601;
        QCOMPARE(samplesOf(converted(image, {{"bits", std::string("16")}})),
                 (std::vector<int>{25700, 32768, 32768 + 32639}));
        image.range = Range::Limited;
        QCOMPARE(samplesOf(converted(image, {{"bits", std::string("16")}})),
                 (std::vector<int>{25600, 32768, 65280}));
    }

    void alpha_data() {
        QTest::addColumn<QString>("alpha");
        QTest::addColumn<QString>("ground");
        QTest::addColumn<QList<int>>("expected");
        QTest::newRow("kept") << "keep"
                              << "#ffffff" << QList<int>{200, 100, 0, 51};
        QTest::newRow("dropped") << "drop"
                                 << "#ffffff" << QList<int>{200, 100, 0};
        QTest::newRow("on white") << "over-ground"
                                  << "#ffffff" << QList<int>{244, 224, 204};
        QTest::newRow("on blue") << "over-ground"
                                 << "#0000Ff" << QList<int>{40, 20, 204};
    }
    void alpha() {
        QFETCH(QString, alpha);
        QFETCH(QString, ground);
        QFETCH(QList<int>, expected);
        const Outputs outputs = converted(pixel(ColourModel::Rgb, 8, true, {200, 100, 0, 51}),
                                          {{"alpha", alpha.toStdString()}, {"ground", ground.toStdString()}});
        QCOMPARE(samplesOf(outputs), std::vector<int>(expected.begin(), expected.end()));
        QCOMPARE(imageAt(outputs).alpha, alpha == "keep");
    }

    void groundMustBeAColour() {
        const Image image = pixel(ColourModel::Grey, 8, true, {10, 20});
        for (const char* ground : {"", "white", "#12345", "#1234567", "#12345g", "#-1-1-1"})
            QVERIFY(errorOf([&] {
                        converted(image,
                                  {{"alpha", std::string("over-ground")}, {"ground", std::string(ground)}});
                    }).startsWith("usage: "));
    }

    void profilesAreConvertedToSrgb_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<QString>("intent");
        QTest::newRow("RGB, 8 bits") << 8 << false << "relative";
        QTest::newRow("RGB, 16 bits") << 16 << false << "relative";
        QTest::newRow("RGB, perceptual") << 16 << false << "perceptual";
        QTest::newRow("grey, 8 bits") << 8 << true << "relative";
        QTest::newRow("grey, 16 bits") << 16 << true << "relative";
    }
    void profilesAreConvertedToSrgb() {
        QFETCH(int, bits);
        QFETCH(bool, grey);
        QFETCH(QString, intent);
        const int peak = (1 << bits) - 1;
        for (const double part : {0.0, 0.1, 0.35, 0.7, 1.0}) {
            const int value = static_cast<int>(std::lround(part * peak));
            Image image = grey ? pixel(ColourModel::Grey, bits, true, {value, peak / 3})
                               : pixel(ColourModel::Rgb, bits, true, {value, value, value, peak / 3});
            image.icc = grey ? greyProfile(1.8) : gammaProfile(1.8);
            const Outputs outputs = converted(image, {{"intent", intent.toStdString()}});
            const auto samples = samplesOf(outputs);
            const double expected = peak * srgbFromLinear(std::pow(static_cast<double>(value) / peak, 1.8));
            QVERIFY2(std::abs(samples[0] - expected) <= (bits == 8 ? 0.51 : 24),
                     qPrintable(QString("%1 for %2").arg(samples[0]).arg(expected)));
            QCOMPARE(samples.back(), peak / 3);
            QVERIFY(imageAt(outputs).icc.empty());
        }
    }

    void keptAndDroppedProfiles() {
        Image image = pixel(ColourModel::Rgb, 8, false, {200, 100, 50});
        image.icc = gammaProfile(1.8);
        const Outputs kept = converted(image, {{"profile", std::string("keep")}});
        QVERIFY(imageAt(kept).icc == image.icc);
        const Outputs dropped = converted(image, {{"profile", std::string("drop")}});
        QVERIFY(imageAt(dropped).icc.empty());
        QCOMPARE(samplesOf(dropped), (std::vector<int>{200, 100, 50}));
        QVERIFY(errorOf([&] {
                    converted(image, {{"profile", std::string("keep")}, {"model", std::string("Grey")}});
                }).contains("would not fit"));
    }

    void badProfilesAreRefused() {
        Image image = pixel(ColourModel::Rgb, 8, false, {200, 100, 50});
        image.icc.assign(500, std::byte{7});
        QVERIFY(errorOf([&] { converted(image, {}); }).contains("damaged"));
        image.icc = greyProfile(2.2);
        QVERIFY(errorOf([&] { converted(image, {}); }).contains("another colour model"));
    }

    void orientations_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<QList<int>>("expected");  // upright rows of the stored 1 2 3 / 4 5 6
        QTest::addColumn<int>("width");
        QTest::newRow("1") << 1 << QList<int>{1, 2, 3, 4, 5, 6} << 3;
        QTest::newRow("2") << 2 << QList<int>{3, 2, 1, 6, 5, 4} << 3;
        QTest::newRow("3") << 3 << QList<int>{6, 5, 4, 3, 2, 1} << 3;
        QTest::newRow("4") << 4 << QList<int>{4, 5, 6, 1, 2, 3} << 3;
        QTest::newRow("5") << 5 << QList<int>{1, 4, 2, 5, 3, 6} << 2;
        QTest::newRow("6") << 6 << QList<int>{4, 1, 5, 2, 6, 3} << 2;
        QTest::newRow("7") << 7 << QList<int>{6, 3, 5, 2, 4, 1} << 2;
        QTest::newRow("8") << 8 << QList<int>{3, 6, 2, 5, 1, 4} << 2;
    }
    void orientations() {
        QFETCH(int, orientation);
        QFETCH(QList<int>, expected);
        Image image = picture(3, 2, ColourModel::Grey);
        for (std::size_t i = 0; i < 6; ++i)
            image.samples.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(i + 1);
        image.orientation = orientation;
        const Outputs outputs = converted(image, {});
        QCOMPARE(samplesOf(outputs), std::vector<int>(expected.begin(), expected.end()));
        QTEST(static_cast<int>(imageAt(outputs).width()), "width");
        QCOMPARE(imageAt(outputs).orientation, 1);
        QCOMPARE(imageAt(converted(image, {{"upright", false}})).orientation, orientation);
    }
};

QTEST_GUILESS_MAIN(ConvertTest)
#include "convert_test.moc"
