#include "core/media/assets/image_file.h"
#include "core/media/assets/map_file.h"
#include "core/media/assets/safetensors_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"

#include <QtTest>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;

namespace {

Value mapOf(Shape shape, const std::vector<float>& values) {
    Array array(DType::F32, std::move(shape));
    std::ranges::copy(values, array.writable<float>().begin());
    TensorSet set;
    set.tensors = {{"error", std::move(array)}};
    return valueOf(std::move(set));
}

std::vector<int> samplesIn(const Image& image) {
    const auto samples = image.samples.as<std::uint8_t>();
    return {samples.begin(), samples.end()};
}

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

}  // namespace

class MapTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path file(const char* name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }

  private slots:
    void picturesAreScaledToTheirRange_data() {
        QTest::addColumn<QList<float>>("values");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<QList<int>>("samples");
        QTest::newRow("errors") << QList<float>{0, 0.25f, 0.5f, 1, 0.1f, 0.002f} << 0.0 << 1.0
                                << QList<int>{0, 64, 128, 255, 26, 1};
        QTest::newRow("zero is black where nothing is zero")
            << QList<float>{1, 2, 3, 4, 4, 4} << 0.0 << 4.0 << QList<int>{64, 128, 191, 255, 255, 255};
        QTest::newRow("signed") << QList<float>{-1, 0, 1, 3, -1, 1} << -1.0 << 3.0
                                << QList<int>{0, 64, 128, 255, 0, 128};
        QTest::newRow("no error") << QList<float>{0, 0, 0, 0, 0, 0} << 0.0 << 0.0
                                  << QList<int>{0, 0, 0, 0, 0, 0};
    }

    void picturesAreScaledToTheirRange() {
        QFETCH(QList<float>, values);
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(QList<int>, samples);
        const Value map = mapOf({2, 3}, {values.begin(), values.end()});
        QCOMPARE(mapRange(map)->low, low);
        QCOMPARE(mapRange(map)->high, high);
        writeMap(map, file("map.png"));
        const Image picture = readImage(file("map.png"));
        QVERIFY(picture.model == ColourModel::Grey && picture.bitDepth == 8 && !picture.alpha);
        QCOMPARE(picture.samples.shape(), (Shape{2, 3, 1}));
        QCOMPARE(samplesIn(picture), std::vector<int>(samples.begin(), samples.end()));
    }

    void channelsAreAveraged() {
        Image image = makeImage(2, 1);
        std::ranges::copy(std::array<std::uint8_t, 6>{0, 30, 60, 90, 90, 90},
                          image.samples.writable<std::uint8_t>().begin());
        const Value map = valueOf(image);
        QCOMPARE(mapRange(map)->high, 90.0);
        writeMap(map, file("image.png"));
        QCOMPARE(samplesIn(readImage(file("image.png"))), (std::vector<int>{85, 255}));
        writeMap(map, file("image.safetensors"));
        const TensorSet set = readSafetensors(file("image.safetensors"));
        QVERIFY(set.tensors.size() == 1 && sameArrays(set.tensors[0].array, image.samples));
    }

    void numbersAreKept() {
        const Value map = mapOf({1, 3}, {0.125f, notANumber, -2});
        writeMap(map, file("map.safetensors"));
        QVERIFY(sameTensors(readSafetensors(file("map.safetensors")),
                            *std::get<std::shared_ptr<const TensorSet>>(map)));
        QCOMPARE(mapRange(map)->low, -2.0);  // What is no number has no place in the range.
    }

    void whatIsNoPictureIsRefused() {
        TensorSet several;
        several.tensors = {{"layer 1", makeFloats({2, 2})}, {"layer 2", makeFloats({2, 2})}};
        const Value layers = valueOf(several);
        QVERIFY(!mapRange(layers) && !mapRange(mapOf({4}, {1, 2, 3, 4})));
        VERIFY_ERROR(writeMap(layers, file("layers.png")), ErrorKind::Usage, "layers.png");
        VERIFY_ERROR(writeMap(mapOf({4}, {1, 2, 3, 4}), file("row.png")), ErrorKind::Usage, "row.png");
        VERIFY_ERROR(writeMap(mapOf({1, 2}, {1, notANumber}), file("nan.png")), ErrorKind::Input, "nan.png");
        VERIFY_ERROR(writeMap(mapOf({1, 2}, {1, 2}), file("map.jpg")), ErrorKind::Usage, "map.jpg");
        for (const char* name : {"layers.png", "row.png", "nan.png", "map.jpg"})
            QVERIFY(!std::filesystem::exists(file(name)));
        writeMap(layers, file("layers.safetensors"));
        QCOMPARE(readSafetensors(file("layers.safetensors")).tensors.size(), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(MapTest)
#include "map_test.moc"
