// image.crop: copies the rectangle, refuses what lies outside.

#include "plugins/image/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Settings rectangle(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height) {
    return {{"x", x}, {"y", y}, {"width", width}, {"height", height}};
}

}  // namespace

class CropTest : public QObject {
    Q_OBJECT

  private slots:
    void samplesAreThoseOfTheRectangle() {
        Image image = picture(31, 17, ColourModel::Rgb, 16, true);
        image.orientation = 3;
        image.icc = {std::byte{1}};
        const Outputs outputs = transform(image::cropNode(), inputs("image", image), rectangle(5, 4, 7, 9));
        const Image& crop = imageAt(outputs);
        QCOMPARE(crop.samples.shape(), (Shape{9, 7, 4}));
        QCOMPARE(crop.orientation, 3);
        QVERIFY(crop.icc == image.icc && crop.alpha && crop.bitDepth == 16);
        const auto whole = image.samples.as<std::uint16_t>(), part = crop.samples.as<std::uint16_t>();
        for (std::size_t y = 0; y < 9; ++y)
            for (std::size_t i = 0; i < 28; ++i)
                QCOMPARE(part[28 * y + i], whole[4 * (31 * (y + 4) + 5) + i]);
    }

    void subsampledChromaIsCutWithItsLuma_data() {
        QTest::addColumn<bool>("both");  // 4:2:0, else 4:2:2
        QTest::addColumn<qint64>("x");
        QTest::addColumn<qint64>("y");
        QTest::addColumn<bool>("refused");
        QTest::newRow("4:2:0") << true << qint64{4} << qint64{2} << false;
        QTest::newRow("4:2:0, odd x") << true << qint64{3} << qint64{2} << true;
        QTest::newRow("4:2:0, odd y") << true << qint64{4} << qint64{1} << true;
        QTest::newRow("4:2:2") << false << qint64{4} << qint64{1} << false;
        QTest::newRow("4:2:2, odd x") << false << qint64{1} << qint64{0} << true;
    }
    void subsampledChromaIsCutWithItsLuma() {
        QFETCH(bool, both);
        QFETCH(qint64, x);
        QFETCH(qint64, y);
        QFETCH(bool, refused);
        Image image = picture(15, 9, ColourModel::Grey);
        image.model = ColourModel::YCbCr;
        image.matrix = Matrix::Bt601;
        image.subsampling = both ? Subsampling::C420 : Subsampling::C422;
        const auto rows = static_cast<std::size_t>(image.chromaHeight());
        image.cb = image.cr = Array(DType::U8, {image.chromaHeight(), 8});
        image.cr = Array(DType::U8, {image.chromaHeight(), 8});
        for (std::size_t i = 0; i < 8 * rows; ++i) {
            image.cb.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
            image.cr.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(200 - i);
        }
        const auto crop = [&] {
            return transform(image::cropNode(), inputs("image", image), rectangle(x, y, 5, 3));
        };
        if (refused) {
            const QString error = errorOf(crop);
            QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
            return;
        }
        const Outputs outputs = crop();
        const Image& part = imageAt(outputs);
        QCOMPARE(part.samples.shape(), (Shape{3, 5, 1}));
        const std::size_t down = both ? 2 : 1, height = both ? 2 : 3;
        QCOMPARE(part.cb.shape(), (Shape{static_cast<std::int64_t>(height), 3}));
        QCOMPARE(
            part.samples.as<std::uint8_t>()[6],
            image.samples
                .as<std::uint8_t>()[15 * static_cast<std::size_t>(y + 1) + 1 + static_cast<std::size_t>(x)]);
        for (std::size_t row = 0; row < height; ++row)
            for (std::size_t column = 0; column < 3; ++column) {
                const std::size_t from =
                    8 * (static_cast<std::size_t>(y) / down + row) + static_cast<std::size_t>(x) / 2 + column;
                QCOMPARE(std::size_t{part.cb.as<std::uint8_t>()[3 * row + column]}, from);
                QCOMPARE(std::size_t{part.cr.as<std::uint8_t>()[3 * row + column]}, 200 - from);
            }
    }

    void rectanglesOutsideAreRefused_data() {
        QTest::addColumn<qint64>("x");
        QTest::addColumn<qint64>("y");
        QTest::addColumn<qint64>("width");
        QTest::addColumn<qint64>("height");
        QTest::newRow("right") << qint64{1} << qint64{0} << qint64{8} << qint64{1};
        QTest::newRow("below") << qint64{0} << qint64{6} << qint64{1} << qint64{1};
        QTest::newRow("far") << qint64{1 << 28} << qint64{1 << 28} << qint64{1 << 28} << qint64{1 << 28};
    }
    void rectanglesOutsideAreRefused() {
        QFETCH(qint64, x);
        QFETCH(qint64, y);
        QFETCH(qint64, width);
        QFETCH(qint64, height);
        const QString error = errorOf([&] {
            transform(image::cropNode(), inputs("image", picture(8, 6, ColourModel::Grey)),
                      rectangle(x, y, width, height));
        });
        QVERIFY2(error.startsWith("input: ") && error.contains("8 × 6"), qPrintable(error));
    }

    void wholePictureIsAllowed() {
        const Image image = picture(8, 6, ColourModel::Grey);
        const Outputs outputs = transform(image::cropNode(), inputs("image", image), rectangle(0, 0, 8, 6));
        QVERIFY(std::ranges::equal(imageAt(outputs).samples.bytes(), image.samples.bytes()));
    }
};

QTEST_GUILESS_MAIN(CropTest)
#include "crop_test.moc"
