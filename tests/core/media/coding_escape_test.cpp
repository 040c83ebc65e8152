#include "core/media/coding/escape.h"
#include "core/media/coding/range_coder.h"
#include "tests/core/error_check.h"

#include <QtTest>
#include <random>

using namespace ratescope;
using namespace ratescope::media;

namespace {

constexpr std::uint64_t most = ~std::uint64_t{0};

std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> values{0, 1, 2, 3, 14, 15, 16, 255, 256, most - 1, most / 2, most / 2 + 1};
    std::mt19937_64 random(4);
    for (int i = 0; i < 2'000; ++i)
        values.push_back((random() >> random() % 64) - (i % 2));
    std::erase(values, most);
    return values;
}

std::string bitsOf(const std::function<void(BitWriter&)>& put) {
    BitWriter writer("x");
    put(writer);
    const auto count = static_cast<int>(writer.bits());
    const LedgeredBytes stream = writer.finish();
    BitReader reader(stream.bytes);
    std::string bits;
    for (int i = 0; i < count; ++i)
        bits += reader.get(1) != 0 ? '1' : '0';
    return bits;
}

/// All numbers one after the other, by the writer and reader of bits and by those of the range coder.
template <typename Put, typename Get, typename BitsOf>
void roundTrip(Put put, Get get, BitsOf bitsOf) {
    const std::vector<std::uint64_t> values = numbers();
    BitWriter writer("x");
    RangeEncoder encoder;
    std::uint64_t bits = 0;
    for (const std::uint64_t value : values) {
        put(writer, value);
        put(encoder, value);
        bits += static_cast<std::uint64_t>(bitsOf(value));
        QCOMPARE(writer.bits(), bits);
    }
    const LedgeredBytes stream = writer.finish();
    const std::vector<std::byte> ranged = encoder.finish();
    QVERIFY(ranged.size() <= bits / 8 + 1);
    BitReader reader(stream.bytes);
    RangeDecoder decoder(ranged);
    for (const std::uint64_t value : values) {
        QCOMPARE(get(reader, most - 1), value);
        QCOMPARE(get(decoder, value), value);
    }
    reader.expectEnd();
    decoder.expectEnd();
    for (const std::uint64_t value : values) {
        if (value == 0) continue;
        BitWriter one("x");
        put(one, value);
        const LedgeredBytes short_ = one.finish();
        BitReader again(short_.bytes);
        VERIFY_ERROR(get(again, value - 1), ErrorKind::Input, "above");
        BitReader cut(std::span(short_.bytes).first(short_.bytes.size() - 1));
        VERIFY_ERROR(get(cut, most - 1), ErrorKind::Input, "too early");
    }
}

}  // namespace

class EscapeTest : public QObject {
    Q_OBJECT

  private slots:
    void golombCodesComeBack() {
        for (const int order : {0, 1, 4, 31, 63})
            roundTrip([&](auto& writer, std::uint64_t value) { putExpGolomb(writer, value, order); },
                      [&](auto& reader, std::uint64_t limit) { return getExpGolomb(reader, order, limit); },
                      [&](std::uint64_t value) { return expGolombBits(value, order); });
        const auto golomb = [](std::uint64_t value, int order) {
            return bitsOf([&](BitWriter& writer) { putExpGolomb(writer, value, order); });
        };
        QCOMPARE(golomb(0, 0), std::string("1"));
        QCOMPARE(golomb(3, 0), std::string("00100"));
        QCOMPARE(golomb(0, 2), std::string("100"));
        QCOMPARE(golomb(9, 2), std::string("01101"));
    }

    void gammaCodesComeBack() {
        roundTrip([](auto& writer, std::uint64_t value) { putEliasGamma(writer, value + 1); },
                  [](auto& reader, std::uint64_t limit) { return getEliasGamma(reader, limit + 1) - 1; },
                  [](std::uint64_t value) { return eliasGammaBits(value + 1); });
        BitWriter writer("x");
        VERIFY_ERROR(putEliasGamma(writer, 0), ErrorKind::Internal, "Zero");
        const std::vector<std::byte> zeros(20);
        BitReader reader(zeros);
        VERIFY_ERROR(getEliasGamma(reader, most), ErrorKind::Input, "above");
    }

    void groupsOfFourBitsComeBack() {
        roundTrip([](auto& writer, std::uint64_t value) { putGroups(writer, value); },
                  [](auto& reader, std::uint64_t limit) { return getGroups(reader, limit); }, groupedBits);
        const auto groups = [](std::uint64_t value) {
            return bitsOf([&](BitWriter& writer) { putGroups(writer, value); });
        };
        QCOMPARE(groups(0), std::string("0000"));
        QCOMPARE(groups(5), std::string("00010101"));
        QCOMPARE(groups(0x123), std::string("0011001100100001"));
        // Fifteen groups have a number of two parts.
        QCOMPARE(groups(std::uint64_t{1} << 56), "11110000" + std::string(56, '0') + "0001");
        QCOMPARE(groups(most), "11110001" + std::string(64, '1'));
    }

    void otherGroupsAreRefused() {
        const auto read = [](std::initializer_list<int> bytes) {
            std::vector<std::byte> stream;
            for (const int byte : bytes)
                stream.push_back(static_cast<std::byte>(byte));
            BitReader reader(stream);
            return getGroups(reader, most);
        };
        QCOMPARE(read({0x23, 0x40}), std::uint64_t{0x43});
        VERIFY_ERROR(read({0x23, 0x00}), ErrorKind::Input, "is empty");
        VERIFY_ERROR(read({0xf2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}), ErrorKind::Input, "above");
        VERIFY_ERROR(read({0xff, 0xff, 0xff}), ErrorKind::Input, "above");
        VERIFY_ERROR(read({0x31}), ErrorKind::Input, "too early");
    }

    void escapesGoOutwards() {
        // The formula of CompressAI for a range from 0 on: 2 · (k − n) above, −2k − 1 below.
        for (const std::int64_t count : {1, 7, 255})
            for (std::int64_t value = -600; value < 600; ++value) {
                if (value >= 0 && value < count) continue;
                const std::int64_t raw = value >= count ? 2 * (value - count) : -2 * value - 1;
                QCOMPARE(toEscape(value, 0, count), static_cast<std::uint64_t>(raw));
                QCOMPARE(fromEscape(static_cast<std::uint64_t>(raw), 0, count), value);
                QCOMPARE(toEscape(value - 70, -70, count), static_cast<std::uint64_t>(raw));
            }
        constexpr std::int64_t far = std::int64_t{1} << 60;
        for (const std::int64_t value : {far, -far})
            QCOMPARE(fromEscape(toEscape(value, -3, 8), -3, 8), value);
    }

    void valuesOutsideOfATableShareItsStream() {
        constexpr std::int64_t lowest = -9;
        constexpr std::uint64_t count = 20;
        std::vector<std::uint32_t> counts(count + 1, 50);
        counts[count] = 2;
        const RangeTable table{FrequencyTable(counts, 12)};
        std::mt19937_64 random(6);
        std::vector<std::int64_t> values(5'000);
        RangeEncoder encoder;
        for (std::int64_t& value : values) {
            value = static_cast<std::int64_t>(random() % 26) - 12;
            if (random() % 100 == 0) value *= 1'000'000'007;
            const auto entry = static_cast<std::uint64_t>(value - lowest);
            encoder.encode(table, std::min(entry, count));
            if (entry >= count) putGroups(encoder, toEscape(value, lowest, count));
        }
        const auto stream = encoder.finish();
        RangeDecoder decoder(stream);
        for (const std::int64_t value : values) {
            std::int64_t back = lowest + decoder.decode(table);
            if (back == lowest + static_cast<std::int64_t>(count))
                back = fromEscape(getGroups(decoder, most / 4), lowest, count);
            QCOMPARE(back, value);
        }
        decoder.expectEnd();
    }
};

QTEST_APPLESS_MAIN(EscapeTest)
#include "coding_escape_test.moc"
