// image.resize: sizes, means, depth, alpha.

#include "plugins/image/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Outputs resized(const Image& image, const Settings& settings) {
    return transform(image::resizeNode(), inputs("image", image), settings);
}

}  // namespace

class ResizeTest : public QObject {
    Q_OBJECT

  private slots:
    void sizeIsAsAsked_data() {
        QTest::addColumn<QString>("by");
        QTest::addColumn<double>("scale");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("expectedWidth");
        QTest::addColumn<int>("expectedHeight");
        QTest::newRow("quarter") << "scale" << 0.25 << 0 << 0 << 113 << 75;
        QTest::newRow("never below 1") << "scale" << 1.0 / 1024 << 0 << 0 << 1 << 1;
        QTest::newRow("larger") << "scale" << 2.0 << 9 << 9 << 902 << 600;
        QTest::newRow("both") << "size" << 1.0 << 30 << 40 << 30 << 40;
        QTest::newRow("width") << "size" << 1.0 << 902 << 0 << 902 << 600;
        QTest::newRow("height") << "size" << 1.0 << 0 << 150 << 226 << 150;
    }
    void sizeIsAsAsked() {
        QFETCH(QString, by);
        QFETCH(double, scale);
        QFETCH(int, width);
        QFETCH(int, height);
        const Outputs outputs =
            resized(picture(451, 300, ColourModel::Rgb), {{"by", by.toStdString()},
                                                          {"scale", scale},
                                                          {"width", std::int64_t{width}},
                                                          {"height", std::int64_t{height}}});
        QTEST(static_cast<int>(imageAt(outputs).width()), "expectedWidth");
        QTEST(static_cast<int>(imageAt(outputs).height()), "expectedHeight");
    }

    void enlargingEndsAtTheSizeOfAnother() {
        const Image original = picture(451, 300, ColourModel::Rgb);
        const Outputs small = resized(original, {{"scale", 0.25}});
        Inputs given = inputs("image", imageAt(small));
        given.add("like", std::make_shared<const Image>(original));
        const Outputs large = transform(image::resizeNode(), given, {{"method", std::string("bicubic")}});
        QCOMPARE(imageAt(large).samples.shape(), original.samples.shape());
    }

    void areaIsTheMean_data() {
        QTest::addColumn<int>("bits");
        QTest::newRow("8 bits") << 8;
        QTest::newRow("10 bits") << 10;
        QTest::newRow("16 bits") << 16;
    }
    void areaIsTheMean() {
        QFETCH(int, bits);
        const Image image = picture(12, 8, ColourModel::Grey, bits);
        const auto sample = [](const Image& of, std::size_t i) {
            return of.bitDepth > 8 ? of.samples.as<std::uint16_t>()[i] : of.samples.as<std::uint8_t>()[i];
        };
        const Outputs outputs = resized(image, {{"scale", 0.5}, {"method", std::string("area")}});
        QVERIFY(imageAt(outputs).bitDepth == bits);
        for (std::size_t y = 0; y < 4; ++y)
            for (std::size_t x = 0; x < 6; ++x) {
                const std::size_t first = 24 * y + 2 * x;
                const double mean = (sample(image, first) + sample(image, first + 1) +
                                     sample(image, first + 12) + sample(image, first + 13)) /
                                    4.0;
                QCOMPARE(static_cast<double>(sample(imageAt(outputs), 6 * y + x)), std::floor(mean + 0.5));
            }
    }

    void constantsStayWhateverTheMethod_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"nearest", "bilinear", "bicubic", "area", "lanczos"})
            QTest::newRow(method) << method;
    }
    void constantsStayWhateverTheMethod() {
        QFETCH(QString, method);
        for (const double factor : {0.37, 2.9}) {
            Image image = picture(40, 30, ColourModel::Rgb, 16, true);
            std::ranges::fill(image.samples.writable<std::uint16_t>(), std::uint16_t{51234});
            const Outputs outputs = resized(image, {{"scale", factor}, {"method", method.toStdString()}});
            for (const std::uint16_t sample : imageAt(outputs).samples.as<std::uint16_t>())
                QVERIFY(std::abs(sample - 51234) <= 1);
        }
    }

    void transparentColourDoesNotBleed() {
        Image image = picture(2, 1, ColourModel::Rgb, 8, true);
        const std::array<std::uint8_t, 8> samples{200, 10, 0, 255, 0, 255, 255, 0};
        std::ranges::copy(samples, image.samples.writable<std::uint8_t>().begin());
        const Outputs outputs = resized(
            image, {{"by", std::string("size")}, {"width", std::int64_t{1}}, {"height", std::int64_t{1}}});
        const auto mixed = imageAt(outputs).samples.as<std::uint8_t>();
        QCOMPARE(std::vector<int>(mixed.begin(), mixed.end()), (std::vector<int>{200, 10, 0, 128}));
    }

    void overshootStaysInRange() {
        Image image = picture(16, 1, ColourModel::Grey, 10);
        const auto samples = image.samples.writable<std::uint16_t>();
        for (std::size_t i = 0; i < 16; ++i)
            samples[i] = i < 8 ? 0 : 1023;
        const Outputs outputs = resized(image, {{"scale", 4.0}, {"method", std::string("lanczos")}});
        QCOMPARE(std::ranges::max(imageAt(outputs).samples.as<std::uint16_t>()), 1023);
    }

    void impossibleSizesAreRefused() {
        const Image image = picture(400, 400, ColourModel::Grey);
        QVERIFY(errorOf([&] { resized(image, {{"scale", 1024.0}}); }).contains("2^28"));
        QVERIFY(errorOf([&] { resized(image, {{"by", std::string("size")}}); }).contains("neither"));
    }
};

QTEST_GUILESS_MAIN(ResizeTest)
#include "resize_test.moc"
