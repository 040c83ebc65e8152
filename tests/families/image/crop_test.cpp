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
