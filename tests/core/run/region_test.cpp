// Regions of value files: what is cut, and what is refused.

#include "core/run/region.h"

#include "core/buffer/value_file.h"
#include "tests/core/error_check.h"

#include <QTemporaryDir>
#include <QtTest>
#include <numeric>

using namespace ratescope;
using namespace ratescope::run;

namespace {

Array counting(Shape shape) {
    Array array(DType::U8, std::move(shape));
    std::iota(array.writable<std::uint8_t>().begin(), array.writable<std::uint8_t>().end(), std::uint8_t{0});
    return array;
}

QList<int> elements(const Array& array) {
    const auto bytes = array.as<std::uint8_t>();
    return {bytes.begin(), bytes.end()};
}

}  // namespace

class RegionTest : public QObject {
    Q_OBJECT

  private slots:
    void interleavedPicturesAreCut() {
        write("{}", {{"samples", counting({4, 5, 2})}, {"icc", counting({3})}});
        const ValueParts part = cut({3, 2, 9, 1});
        QCOMPARE(part.arrays.at(0).array.shape(), (Shape{1, 2, 2}));
        QCOMPARE(elements(part.arrays[0].array), (QList<int>{26, 27, 28, 29}));
        QCOMPARE(part.arrays.at(1).array.shape(), Shape{3});
    }

    void chromaPlanesAreCutWithTheirLuma_data() {
        QTest::addColumn<QString>("subsampling");
        QTest::addColumn<QList<int>>("luma");
        QTest::addColumn<QList<int>>("chroma");
        QTest::newRow("4:2:0") << "4:2:0" << QList<int>{12, 13, 14, 17, 18, 19, 22, 23, 24}
                               << QList<int>{4, 5, 7, 8};
        QTest::newRow("4:2:2") << "4:2:2" << QList<int>{12, 13, 14, 17, 18, 19, 22, 23, 24}
                               << QList<int>{7, 8, 10, 11, 13, 14};
    }
    void chromaPlanesAreCutWithTheirLuma() {
        QFETCH(QString, subsampling);
        QFETCH(QList<int>, luma);
        QFETCH(QList<int>, chroma);
        writeSubsampled(subsampling);
        const ValueParts part = cut({2, 2, 3, 3});
        QCOMPARE(elements(part.arrays.at(0).array), luma);
        QCOMPARE(part.arrays.at(1).array.shape()[1], std::int64_t{2});
        QCOMPARE(elements(part.arrays.at(1).array), chroma);
        QCOMPARE(elements(part.arrays.at(2).array), chroma);
        // What reaches beyond the picture is left away in all planes.
        QCOMPARE(elements(cut({2, 2, 30, 3}).arrays.at(1).array), chroma);
    }

    void regionsBetweenChromaSamplesAreRefused() {
        writeSubsampled("4:2:0");
        VERIFY_ERROR(cut({1, 2, 2, 2}), ErrorKind::Usage, "even");
        VERIFY_ERROR(cut({2, 1, 2, 2}), ErrorKind::Usage, "even");
        VERIFY_ERROR(cut({6, 2, 2, 2}), ErrorKind::Usage, "outside");
        writeSubsampled("4:2:2");
        QCOMPARE(cut({2, 1, 2, 2}).arrays.at(1).array.shape(), (Shape{2, 1}));
        write("{}", {{"map", counting({4, 5})}});
        VERIFY_ERROR(cut({0, 0, 2, 2}), ErrorKind::Usage, "no picture");
    }

  private:
    std::filesystem::path file() const { return folder_.filePath("value").toStdString(); }
    void write(const std::string& fields, const std::vector<NamedArray>& arrays) const {
        writeValueFile(file(), {"Image", fields, arrays});
    }
    /// 5 x 5 pixels.
    void writeSubsampled(const QString& subsampling) const {
        const Array plane = counting({subsampling == "4:2:0" ? 3 : 5, 3});
        write("{\"subsampling\":\"" + subsampling.toStdString() + "\"}",
              {{"samples", counting({5, 5, 1})}, {"cb", plane}, {"cr", plane}});
    }
    ValueParts cut(const Region& region) const { return mapValueFile(cutRegion(file(), region)); }

    QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(RegionTest)
#include "region_test.moc"
