#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "core/media/coding/shared_id.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"

#include <QtTest>
#include <random>

using namespace ratescope;
using namespace ratescope::media;

namespace {

std::vector<std::byte> bytesOf(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> bytesOf(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

ByteSink makeContainer() {
    ContainerWriter writer("test.codec", 3);
    writer.header().varint(768);
    writer.addSection("scales", bytesOf("0123456789"), true);
    BitWriter bits("codes", true);
    bits.put(5, 3);
    writer.addSection("body", bits.finish());
    ByteSink sink;
    writer.finish(sink);
    return sink;
}

template <typename T>
void roundTripPacked() {
    std::mt19937 random(7);
    for (int width = 0; width <= static_cast<int>(8 * sizeof(T)); ++width)
        for (const std::size_t lead : {0, 1, 13, 31})
            for (const std::size_t count : {0, 1, 3, 1000}) {
                std::vector<T> values(count);
                for (T& value : values)
                    value = static_cast<T>(random());
                BitWriter fast("x"), slow("x");
                fast.put(1, static_cast<int>(lead));
                slow.put(1, static_cast<int>(lead));
                fast.putPacked(values, width);
                for (const T value : values)
                    slow.put(value, width);
                fast.put(0x55, 7);
                slow.put(0x55, 7);
                QCOMPARE(fast.bits(), slow.bits());
                const LedgeredBytes stream = fast.finish();
                QVERIFY(stream.bytes == slow.finish().bytes);

                BitReader reader(stream.bytes);
                reader.get(static_cast<int>(lead));
                std::vector<T> back(count);
                reader.getPacked(back, width);
                const T mask = static_cast<T>((std::uint64_t{1} << width) - 1);
                for (std::size_t i = 0; i < count; ++i)
                    QCOMPARE(back[i], static_cast<T>(values[i] & mask));
                QCOMPARE(reader.get(7), std::uint64_t{0x55});
                reader.expectEnd();
            }
}

}  // namespace

class CodingTest : public QObject {
    Q_OBJECT

  private slots:
    void bitsStandMostSignificantFirst() {
        BitWriter writer("a");
        writer.put(1, 1);
        writer.put(0b01, 2);
        writer.put(0xffffff00 | 0b10110, 5);
        writer.put(0x123456789abcdef0, 64);
        const LedgeredBytes stream = writer.finish();
        QVERIFY(stream.bytes == bytesOf({0b10110110, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0}));
    }

    void randomBitsComeBack() {
        std::mt19937_64 random(3);
        std::vector<std::pair<std::uint64_t, int>> fields;
        BitWriter writer("a");
        std::uint64_t total = 0;
        for (int i = 0; i < 20000; ++i) {
            const int count = static_cast<int>(random() % 65);
            const std::uint64_t value = random();
            fields.emplace_back(count == 64 ? value : value & ((std::uint64_t{1} << count) - 1), count);
            writer.put(value, count);
            total += static_cast<unsigned>(count);
            QCOMPARE(writer.bits(), total);
        }
        const LedgeredBytes stream = writer.finish();
        QCOMPARE(stream.bytes.size(), static_cast<std::size_t>((total + 7) / 8));
        BitReader reader(stream.bytes);
        for (const auto& [value, count] : fields)
            QCOMPARE(reader.get(count), value);
        reader.expectEnd();
    }

    void packedValuesAreTheSameBits() {
        roundTripPacked<std::uint8_t>();
        roundTripPacked<std::uint16_t>();
        roundTripPacked<std::uint32_t>();
        BitWriter writer("a");
        const std::vector<std::uint8_t> values(3);
        VERIFY_ERROR(writer.putPacked(values, 9), ErrorKind::Internal, "wider");
    }

    void everyBitIsAccountedFor() {
        BitWriter writer("scales", true);
        const std::size_t codes = writer.addPart("codes", true);
        QCOMPARE(writer.addPart("scales", true), std::size_t{0});
        for (int group = 0; group < 10; ++group) {
            writer.use(0);
            writer.put(1, 16);
            writer.use(codes);
            writer.put(1, 3);
        }
        writer.alignToByte();
        writer.put(1, 2);
        const LedgeredBytes stream = writer.finish();
        QCOMPARE(stream.ledger.bits(), 8 * std::uint64_t{stream.bytes.size()});
        const Ledger expected{{{"scales", 160, true}, {"codes", 32, true}, {"padding", 8, false}}, {}};
        QVERIFY(stream.ledger == expected);
    }

    void takenBitsGoOnInAnotherWriter() {
        std::mt19937 random(5);
        for (int lead = 0; lead < 40; ++lead)
            for (const int count : {0, 1, 7, 8, 31, 32, 33, 1000}) {
                BitWriter whole("a", true), first("a", true), second("a", true);
                for (BitWriter* writer : {&whole, &first})
                    writer->put(0x155555555, lead);
                for (BitWriter* writer : {&whole, &second})
                    writer->use(writer->addPart("b"));
                for (int i = 0; i < count; ++i) {
                    const std::uint64_t bit = random();
                    whole.put(bit, 1);
                    second.put(bit, 1);
                }
                first.append(second.take());
                QCOMPARE(second.bits(), std::uint64_t{0});
                QCOMPARE(first.bits(), static_cast<std::uint64_t>(lead + count));
                for (BitWriter* writer : {&whole, &first})
                    writer->put(9, 5);
                const LedgeredBytes expected = whole.finish(), got = first.finish();
                QVERIFY(got.bytes == expected.bytes);
                QCOMPARE(got.ledger.bits(), expected.ledger.bits());
                QCOMPARE(got.ledger.parts.front().bits, static_cast<std::uint64_t>(lead + 5));
                QVERIFY(second.finish().bytes.empty());
            }
        BitWriter writer("a");
        LedgeredBytes wrong = BitWriter("a").finish();
        wrong.bytes.emplace_back();
        VERIFY_ERROR(writer.append(wrong), ErrorKind::Internal, "A ledger of 0 bits came with 1 bytes");
    }

    void anEmptyWriterMakesNothing() {
        const LedgeredBytes stream = BitWriter("a").finish();
        QVERIFY(stream.bytes.empty() && stream.ledger.parts.empty());
        BitReader reader(stream.bytes);
        QCOMPARE(reader.get(0), std::uint64_t{0});
        reader.expectEnd();
        VERIFY_ERROR(reader.get(1), ErrorKind::Input, "1 bits too early");
    }

    void readersStopAtTheEnd() {
        const auto bytes = bytesOf({0xff, 0xff, 0xff});
        BitReader reader(bytes);
        QCOMPARE(reader.get(17), std::uint64_t{0x1ffff});
        VERIFY_ERROR(reader.get(8), ErrorKind::Input, "1 bits too early");
        QCOMPARE(reader.left(), std::uint64_t{7});
        std::vector<std::uint8_t> values(4);
        VERIFY_ERROR(reader.getPacked(values, 2), ErrorKind::Input, "too early");
        VERIFY_ERROR(reader.alignToByte(), ErrorKind::Input, "padding");
        BitReader other(bytes);
        VERIFY_ERROR(other.expectEnd(), ErrorKind::Input, "3 bytes too many");
    }

    void fieldsComeBack() {
        FieldWriter writer;
        const std::vector<std::uint64_t> numbers = {0, 1, 127, 128, 16383, 16384, ~std::uint64_t{0}};
        const std::vector<std::int64_t> signedNumbers = {0, -1, 1, -64, 64, INT64_MIN, INT64_MAX};
        for (const std::uint64_t number : numbers)
            writer.varint(number);
        for (const std::int64_t number : signedNumbers)
            writer.signedVarint(number);
        writer.u8(200);
        writer.u32(0xdeadbeef);
        writer.f32(-0.1f);
        writer.f64(1e-300);
        writer.text("grün");
        writer.raw(bytesOf("xyz"));
        FieldReader reader(writer.bytes());
        for (const std::uint64_t number : numbers)
            QCOMPARE(reader.varint(), number);
        for (const std::int64_t number : signedNumbers)
            QCOMPARE(reader.signedVarint(), number);
        QCOMPARE(reader.u8(), std::uint8_t{200});
        QCOMPARE(reader.u32(), 0xdeadbeefu);
        QCOMPARE(reader.f32(), -0.1f);
        QCOMPARE(reader.f64(), 1e-300);
        QCOMPARE(reader.text(), std::string("grün"));
        QVERIFY(std::ranges::equal(reader.raw(3), bytesOf("xyz")));
        QCOMPARE(reader.left(), std::size_t{0});
        VERIFY_ERROR(reader.u8(), ErrorKind::Input, "early");
    }

    void varintsAreShort() {
        FieldWriter writer;
        writer.varint(127);
        writer.signedVarint(-64);
        writer.varint(300);
        QVERIFY(writer.bytes() == bytesOf({0x7f, 0x7f, 0xac, 0x02}));
    }

    void hostileVarintsAreRefused() {
        const auto read = [](const std::vector<std::byte>& bytes) { return FieldReader(bytes).varint(); };
        QCOMPARE(read(bytesOf({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})),
                 ~std::uint64_t{0});
        VERIFY_ERROR(read(bytesOf({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})),
                     ErrorKind::Input, "64 bits");
        VERIFY_ERROR(read(bytesOf({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00})),
                     ErrorKind::Input, "64 bits");
        VERIFY_ERROR(read(bytesOf({0x80, 0x00})), ErrorKind::Input, "superfluous");
        VERIFY_ERROR(read(bytesOf({0x80})), ErrorKind::Input, "early");
        VERIFY_ERROR(FieldReader(bytesOf({0x05, 'a'})).text(), ErrorKind::Input, "too early");
        VERIFY_ERROR(FieldReader(bytesOf({0x05})).varintUpTo(4), ErrorKind::Input, "number 5");
    }

    void containersComeBack() {
        const ByteSink sink = makeContainer();
        ByteSource source(sink.bytes());
        const ContainerReader reader(source, "test.codec", 3);
        QCOMPARE(reader.nodeVersion(), 3);
        QCOMPARE(reader.header().varint(), std::uint64_t{768});
        QVERIFY(reader.sectionNames() == (std::vector<std::string>{"scales", "body"}));
        QVERIFY(std::ranges::equal(reader.section("scales"), bytesOf("0123456789")));
        QVERIFY(reader.section("scales").data() > sink.bytes().data());
        QVERIFY(reader.section("scales").data() < sink.bytes().data() + sink.bytes().size());
        QVERIFY(reader.has("body") && !reader.has("tail"));
        VERIFY_ERROR(reader.section("tail"), ErrorKind::Input, "\"tail\"");
        QCOMPARE(peekNodeId(sink.bytes()).value_or(""), std::string("test.codec"));
    }

    void theLedgerCountsTheFraming() {
        const ByteSink sink = makeContainer();
        QCOMPARE(sink.ledger().bits(), 8 * std::uint64_t{sink.bytes().size()});
        const std::uint64_t framing = sink.bytes().size() - 2 - 10 - 1;
        const Ledger expected{{{"container", 8 * framing, false},
                               {"header", 16, false},
                               {"scales", 80, true},
                               {"codes", 3, true},
                               {"padding", 5, false}},
                              {}};
        QVERIFY(sink.ledger() == expected);
    }

    void wrongSectionsAreOurOwnFault() {
        ContainerWriter writer("a.b", 1);
        writer.addSection("x", bytesOf("1"));
        VERIFY_ERROR(writer.addSection("x", bytesOf("1")), ErrorKind::Internal, "twice");
        Ledger short_;
        short_.add("y", 7);
        VERIFY_ERROR(writer.addSection("y", LedgeredBytes{bytesOf("1"), short_}), ErrorKind::Internal, "sum");
    }

    void otherStreamsAreRefused() {
        const ByteSink sink = makeContainer();
        const auto open = [&](const std::string& id, int version) {
            ByteSource source(sink.bytes());
            return ContainerReader(source, id, version).nodeVersion();
        };
        VERIFY_ERROR(open("test.other", 3), ErrorKind::Input, "made by \"test.codec\", not by test.other");
        VERIFY_ERROR(open("test.codec", 2), ErrorKind::Input, "version 3");
        QCOMPARE(open("test.codec", 4), 3);
        VERIFY_ERROR(ContainerReader(bytesOf("PNG file")), ErrorKind::Input, "no stream");
        QVERIFY(!peekNodeId(bytesOf("PNG")) && !peekNodeId(bytesOf("RSCS\x02")) &&
                !peekNodeId(bytesOf("RSCS")));
        auto newer = sink.bytes();
        newer[4] = std::byte{2};
        VERIFY_ERROR(ContainerReader(newer), ErrorKind::Input, "version 2");
    }

    void everyTruncationAndFlipIsRefused() {
        const std::vector<std::byte> stream = makeContainer().bytes();
        for (std::size_t cut = 0; cut < stream.size(); ++cut)
            VERIFY_ERROR(ContainerReader(std::span(stream).first(cut)), ErrorKind::Input, ".");
        auto longer = stream;
        longer.push_back(std::byte{0});
        VERIFY_ERROR(ContainerReader(longer), ErrorKind::Input, "1 bytes follow");
        const auto readAll = [](std::span<const std::byte> bytes) {
            const ContainerReader reader(bytes);
            for (const std::string& name : reader.sectionNames())
                reader.section(name);
        };
        readAll(stream);
        for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
            auto flipped = stream;
            flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
            VERIFY_ERROR(readAll(flipped), ErrorKind::Input, ".");
        }
    }

    void sharedValuesAreNamedInTheStream() {
        const Value mine = valueOf(makeImage(4, 4)),
                    other = valueOf(makeImage(4, 4, ColourModel::Rgb, false, 8, 2));
        const std::vector<SharedId> ids = {sharedId(mine), sharedId(other)};
        ContainerWriter writer("a.b", 1);
        writeSharedIds(writer, ids);
        ByteSink sink;
        writer.finish(sink);
        QCOMPARE(sink.ledger().parts.back().name, std::string("shared-id"));
        QCOMPARE(sink.ledger().parts.back().bits, std::uint64_t{128});
        const ContainerReader reader(sink.bytes());
        checkSharedIds(reader, ids);
        VERIFY_ERROR(checkSharedIds(reader, std::span(ids).first(1)), ErrorKind::Input,
                     "other shared values");
        const std::vector<SharedId> swapped = {ids[1], ids[0]};
        VERIFY_ERROR(checkSharedIds(reader, swapped), ErrorKind::Input, "other shared values");
    }

    void sharedValuesAreNamedInForeignStreams() {
        const SharedId mine = sharedId(valueOf(makeImage(4, 4)));
        ByteSink sink;
        writeSharedId(sink, mine);
        ByteSource right(sink.bytes()), wrong(sink.bytes());
        checkSharedId(right, mine);
        QCOMPARE(right.left(), std::size_t{0});
        VERIFY_ERROR(checkSharedId(wrong, SharedId{}), ErrorKind::Input, "0000000000000000 here");
    }
};

QTEST_APPLESS_MAIN(CodingTest)
#include "coding_test.moc"
