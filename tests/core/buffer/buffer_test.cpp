#include "core/buffer/buffer.h"

#include "core/utf8.h"
#include "tests/core/error_check.h"

#include <QtTest>
#include <algorithm>

using namespace ratescope;

class BufferTest : public QObject {
    Q_OBJECT

  private slots:
    void namesGoThereAndBack() {
        for (int i = 0; i < 13; ++i) {
            const auto type = static_cast<DType>(i);
            QVERIFY(dtypeFromText(toText(type)) == type);
        }
        QCOMPARE(sizeOf(DType::BF16), std::size_t{2});
        QCOMPARE(sizeOf(DType::Bool), std::size_t{1});
        QCOMPARE(sizeOf(DType::F64), std::size_t{8});
        VERIFY_ERROR(dtypeFromText("f8"), ErrorKind::Input, "\"f8\"");
    }

    void elementCountsAreChecked() {
        QCOMPARE(elementCount({}), std::int64_t{1});
        QCOMPARE(elementCount({3, 4}), std::int64_t{12});
        QCOMPARE(elementCount({std::int64_t{1} << 62}), std::int64_t{1} << 62);
        QCOMPARE(elementCount({std::int64_t{1} << 62, 0, std::int64_t{1} << 62}), std::int64_t{0});
        VERIFY_ERROR(elementCount({2, -1}), ErrorKind::Input, "negative");
        VERIFY_ERROR(elementCount({0, -1}), ErrorKind::Input, "negative");
        VERIFY_ERROR(elementCount({std::int64_t{1} << 31, std::int64_t{1} << 32}), ErrorKind::Input, "2^62");
    }

    void arraysAreAlignedAndZeroed() {
        for (const std::int64_t size : {1, 63, 1000000}) {
            const Array array(DType::F32, {size});
            QCOMPARE(reinterpret_cast<std::uintptr_t>(array.bytes().data()) % 64, std::uintptr_t{0});
            for (const float value : array.as<float>())
                QVERIFY(value == 0);
        }
        VERIFY_ERROR(Array(DType::F64, {std::int64_t{1} << 60}), ErrorKind::Resource, "emory");
    }

    void memoryThatIsNotZeroedIsAlignedOwnedAndRefusedAsOther() {
        Array array = Array::unwritten(DType::U16, {3, 5});
        QCOMPARE(array.size(), std::int64_t{15});
        QCOMPARE(reinterpret_cast<std::uintptr_t>(array.bytes().data()) % 64, std::uintptr_t{0});
        std::ranges::fill(array.writable<std::uint16_t>(), std::uint16_t{7});
        QCOMPARE(array.as<std::uint16_t>().back(), std::uint16_t{7});
        VERIFY_ERROR(Array::unwritten(DType::F64, {std::int64_t{1} << 60}), ErrorKind::Resource, "emory");
    }

    void viewsKeepTheirOwnerAndCannotBeWritten() {
        auto owner = std::make_shared<std::vector<std::uint32_t>>(std::vector<std::uint32_t>{1, 2, 3});
        const std::weak_ptr<std::vector<std::uint32_t>> watch = owner;
        Array view(DType::U32, {3}, std::as_bytes(std::span(*owner)), owner);
        owner.reset();
        QVERIFY(!watch.expired());
        QCOMPARE(view.as<std::uint32_t>()[2], 3u);
        VERIFY_ERROR(view.writableBytes(), ErrorKind::Internal, "written");
        VERIFY_ERROR(view.as<std::uint16_t>(), ErrorKind::Internal, "u32");
        view = Array();
        QVERIFY(watch.expired());
    }

    void viewsMustFit() {
        const std::vector<std::uint32_t> values(4);
        const auto bytes = std::as_bytes(std::span(values));
        VERIFY_ERROR(Array(DType::U32, {5}, bytes, nullptr), ErrorKind::Internal, "shorter");
        VERIFY_ERROR(Array(DType::U32, {2}, bytes.subspan(1), nullptr), ErrorKind::Internal, "aligned");
    }

    void textIsChecked_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("valid");
        QTest::newRow("ascii") << QByteArray("plain") << true;
        QTest::newRow("two, three, four bytes") << QByteArray("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") << true;
        QTest::newRow("overlong") << QByteArray("\xc0\xaf") << false;
        QTest::newRow("overlong of three") << QByteArray("\xe0\x80\xaf") << false;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << false;
        QTest::newRow("above the last") << QByteArray("\xf4\x90\x80\x80") << false;
        QTest::newRow("cut") << QByteArray("a\xe2\x82") << false;
        QTest::newRow("lone continuation") << QByteArray("\x80") << false;
    }
    void textIsChecked() {
        QFETCH(QByteArray, text);
        QFETCH(bool, valid);
        QCOMPARE(isUtf8({text.data(), static_cast<std::size_t>(text.size())}), valid);
        QVERIFY(isUtf8(quote({text.data(), static_cast<std::size_t>(text.size())})));
    }

    void quotesAreCut() {
        QCOMPARE(quote("a\nb"), std::string("\"a?b\""));
        const std::string cut = quote(std::string(200, 'x'));
        QVERIFY(cut.size() < 90 && cut.ends_with("…\""));
    }
};

QTEST_APPLESS_MAIN(BufferTest)
#include "buffer_test.moc"
