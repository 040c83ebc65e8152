#include "core/media/coding/histogram.h"
#include "core/media/coding/huffman.h"
#include "tests/core/error_check.h"
#include "tests/core/media/symbol_sources.h"

#include <QtTest>
#include <functional>
#include <numeric>
#include <queue>

using namespace ratescope;
using namespace ratescope::media;

namespace {

using Counts = std::vector<std::uint32_t>;
using Lengths = std::vector<std::uint8_t>;

constexpr std::size_t million = 1'000'000;

/// Bits by Huffman's own rule: the two rarest become one, whose count is paid once more.
std::uint64_t bitsByMerging(const Counts& counts) {
    std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> queue;
    for (const std::uint32_t count : counts)
        if (count > 0) queue.push(count);
    std::uint64_t bits = 0;
    while (queue.size() > 1) {
        std::uint64_t sum = queue.top();
        queue.pop();
        sum += queue.top();
        queue.pop();
        bits += sum;
        queue.push(sum);
    }
    return bits;
}

/// The fewest bits over all lengths that satisfy Kraft, by trying them. `counts` with the most frequent first.
std::uint64_t bitsByTrying(std::span<const std::uint32_t> counts, int longest, int shortest,
                           std::uint64_t space) {
    if (counts.empty()) return 0;
    std::uint64_t best = ~std::uint64_t{0} >> 1;
    for (int length = shortest; length <= longest; ++length) {
        const std::uint64_t own = std::uint64_t{1} << (longest - length);
        if (own > space) continue;
        best = std::min(best, std::uint64_t{counts[0]} * static_cast<unsigned>(length) +
                                  bitsByTrying(counts.subspan(1), longest, length, space - own));
    }
    return best;
}

std::uint64_t bitsOf(const Counts& counts, const Lengths& lengths) {
    std::uint64_t bits = 0;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
        bits += std::uint64_t{counts[symbol]} * lengths[symbol];
    return bits;
}

Counts fibonacci(std::size_t size) {
    Counts counts{1, 1};
    while (counts.size() < size)
        counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
    return counts;
}

LedgeredBytes written(const HuffmanCode& code) {
    BitWriter writer("tables");
    code.write(writer);
    return writer.finish();
}

HuffmanCode readBack(std::span<const std::byte> bytes, std::size_t alphabet) {
    BitReader reader(bytes);
    HuffmanCode code = HuffmanCode::read(reader, alphabet);
    reader.expectEnd();
    return code;
}

/// Of these bits, each a '0' or '1'.
HuffmanCode ofBits(const std::string& bits, std::size_t alphabet) {
    BitWriter writer("tables");
    for (const char bit : bits)
        writer.put(bit == '1' ? 1 : 0, 1);
    const LedgeredBytes stream = writer.finish();
    BitReader reader(stream.bytes);
    return HuffmanCode::read(reader, alphabet);
}

/// Table and symbols come back; the symbols take what their lengths say.
template <typename Symbol>
void roundTrip(const std::vector<Symbol>& symbols, int longest = HuffmanCode::mostLength) {
    const Counts counts = histogramOf(std::span(symbols));
    const HuffmanCode code(counts, longest);
    BitWriter writer("codes");
    code.write(writer);
    const std::uint64_t tableBits = writer.bits();
    for (const Symbol symbol : symbols)
        code.put(writer, symbol);
    QCOMPARE(writer.bits() - tableBits, code.codeLength(counts));
    const LedgeredBytes stream = writer.finish();

    BitReader reader(stream.bytes);
    const HuffmanCode again = HuffmanCode::read(reader, std::size_t{1} << (8 * sizeof(Symbol)));
    QVERIFY(std::equal(code.lengths().begin(), code.lengths().end(), again.lengths().begin(),
                       again.lengths().end()));
    std::vector<Symbol> back(symbols.size());
    HuffmanDecoder(again).get(reader, back);
    reader.expectEnd();
    QVERIFY(back == symbols);
}

}  // namespace

class HuffmanTest : public QObject {
    Q_OBJECT

  private slots:
    void lengthsAreTheBest() {
        std::mt19937_64 random(1);
        for (int round = 0; round < 300; ++round) {
            Counts counts(2 + random() % 500);
            for (std::uint32_t& count : counts)
                count = static_cast<std::uint32_t>(random() >> (32 + random() % 32));
            counts[0] = counts[1] = 3;
            QCOMPARE(bitsOf(counts, huffmanLengths(counts, 63)), bitsByMerging(counts));
        }
        QCOMPARE(huffmanLengths(Counts{5, 0, 9, 1, 1}, 32), (Lengths{2, 0, 1, 3, 3}));
    }

    void limitedLengthsAreTheBestOfTheirKind() {
        std::mt19937_64 random(2);
        for (int round = 0; round < 400; ++round) {
            Counts counts(2 + random() % 7);
            for (std::uint32_t& count : counts)
                count = 1 + static_cast<std::uint32_t>(random() >> (40 + random() % 24));
            std::sort(counts.begin(), counts.end(), std::greater<>());
            for (int longest = 3; longest < 7; ++longest) {
                const Lengths lengths = huffmanLengths(counts, longest);
                QVERIFY(*std::max_element(lengths.begin(), lengths.end()) <= longest);
                QCOMPARE(bitsOf(counts, lengths),
                         bitsByTrying(counts, longest, 1, std::uint64_t{1} << longest));
            }
        }
        QCOMPARE(huffmanLengths(fibonacci(8), 3), Lengths(8, 3));
        QCOMPARE(huffmanLengths(Counts(65'536, 7), 16), Lengths(65'536, 16));
        VERIFY_ERROR(huffmanLengths(Counts(9, 1), 3), ErrorKind::Internal, "9 symbols");
        VERIFY_ERROR(huffmanLengths(Counts(2, 1), 64), ErrorKind::Internal, "64 bits");
    }

    /// As lossless weight codecs have them: exponents, and an end symbol that occurs once.
    void steepCountsStayWithin32Bits() {
        const Counts counts = fibonacci(46);
        const Lengths free = huffmanLengths(counts, 63);
        QVERIFY(*std::max_element(free.begin(), free.end()) > 32);
        const HuffmanCode code(counts);
        QCOMPARE(*std::max_element(code.lengths().begin(), code.lengths().end()), std::uint8_t{32});
        BitWriter writer("codes");
        for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
            code.put(writer, symbol);
        const LedgeredBytes stream = writer.finish();
        BitReader reader(stream.bytes);
        const HuffmanDecoder decoder(code);
        for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
            QCOMPARE(decoder.get(reader), static_cast<std::uint16_t>(symbol));
        reader.expectEnd();
    }

    void codesAreCanonical() {
        const auto symbols = gaussianSymbols<std::uint8_t>(100'000, 100, 30);
        const HuffmanCode code(histogramOf(std::span(symbols)));
        std::vector<std::pair<std::uint64_t, std::uint64_t>> byLength;  // length and symbol
        for (std::size_t symbol = 0; symbol < code.lengths().size(); ++symbol)
            if (code.lengths()[symbol] > 0) byLength.emplace_back(code.lengths()[symbol], symbol);
        std::sort(byLength.begin(), byLength.end());
        std::uint64_t next = 0;  // 32 bits, left-aligned: each code begins where the one before ends
        for (const auto& [length, symbol] : byLength) {
            QCOMPARE(std::uint64_t{code.code(symbol)} << (32 - length), next);
            next += std::uint64_t{1} << (32 - length);
        }
        QCOMPARE(next, std::uint64_t{1} << 32);
        const HuffmanCode again = HuffmanCode::ofLengths(code.lengths());
        QCOMPARE(again.code(100), code.code(100));
    }

    void symbolsComeBack() {
        for (std::size_t count = 0; count < 60; ++count)
            roundTrip(gaussianSymbols<std::uint8_t>(count, 128, 18, static_cast<unsigned>(count)));
        roundTrip(gaussianSymbols<std::uint8_t>(million, 128, 18));
        roundTrip(gaussianSymbols<std::uint8_t>(million, 128, 18), 8);
        roundTrip(geometricSymbols<std::uint8_t>(million, 1));
        roundTrip(geometricSymbols<std::uint8_t>(million, 1), 7);
        roundTrip(rareSymbols<std::uint8_t>(million, 5'000));
        roundTrip(gaussianSymbols<std::uint16_t>(million, 30'000, 4'000));
        std::vector<std::uint16_t> all(65'536);
        std::iota(all.begin(), all.end(), std::uint16_t{0});
        roundTrip(all, 16);
        all.insert(all.end(), 3'000'000, std::uint16_t{65'535});
        roundTrip(all);
    }

    void sizesAreHuffmans() {
        const auto symbols = gaussianSymbols<std::uint8_t>(million, 128, 18);
        const Counts counts = histogramOf(std::span(symbols));
        const HuffmanCode code(counts);
        QCOMPARE(code.codeLength(counts), bitsByMerging(counts));
        // The redundancy of whole bits is below 1 % here; a table takes under two bits a symbol.
        QVERIFY(static_cast<double>(code.codeLength(counts)) < 8 * 1.01 * idealBytes<std::uint8_t>(symbols));
        QVERIFY2(written(code).bytes.size() < 48, QByteArray::number(qulonglong(written(code).bytes.size())));
    }

    void oneSymbolAndNoneTakeNoBits() {
        for (const std::size_t symbol : {0, 1, 200, 65'535}) {
            Counts counts(symbol + 1);
            counts[symbol] = 1'000;
            const HuffmanCode code = readBack(written(HuffmanCode(counts)).bytes, symbol + 1);
            QCOMPARE(code.codeLength(counts), std::uint64_t{0});
            BitReader reader({});
            QCOMPARE(HuffmanDecoder(code).get(reader), static_cast<std::uint16_t>(symbol));
            BitWriter writer("codes");
            code.put(writer, symbol);
            QCOMPARE(writer.bits(), std::uint64_t{0});
            VERIFY_ERROR(code.put(writer, symbol + 1), ErrorKind::Internal, "does not occur");
            if (symbol > 0) VERIFY_ERROR(code.put(writer, 0), ErrorKind::Internal, "does not occur");
        }
        const HuffmanCode empty = readBack(written(HuffmanCode(Counts{0, 0})).bytes, 5);
        QVERIFY(empty.lengths().empty());
        BitReader reader(std::span<const std::byte>{});
        std::vector<std::uint8_t> none;
        HuffmanDecoder(empty).get(reader, none);
        VERIFY_ERROR(HuffmanDecoder(empty).get(reader), ErrorKind::Input, "none can");
        BitWriter writer("codes");
        VERIFY_ERROR(empty.put(writer, 0), ErrorKind::Internal, "does not occur");
    }

    void impossibleTablesAreRefused() {
        VERIFY_ERROR(HuffmanCode::ofLengths(Lengths{1, 1, 5}), ErrorKind::Input, "too short");
        VERIFY_ERROR(HuffmanCode::ofLengths(Lengths{1, 2}), ErrorKind::Input, "too long");
        VERIFY_ERROR(HuffmanCode::ofLengths(Lengths{1}), ErrorKind::Input, "too long");
        VERIFY_ERROR(HuffmanCode::ofLengths(Lengths{1, 33}), ErrorKind::Input, "32 bits");
        VERIFY_ERROR(HuffmanCode::ofLengths(Lengths(65'537, 17)), ErrorKind::Input, "too many symbols");
        VERIFY_ERROR(HuffmanCode(Counts(65'537, 1)), ErrorKind::Internal, "too many symbols");
        VERIFY_ERROR(ofBits("1", 65'537), ErrorKind::Internal, "too many symbols");
        // 1; lengths as the distance to the one before, to 8 at first: 1 the same, 010 one less, 011 one more, …
        const std::string seven = "010", same = "1", absent = "00100";
        std::string full = "1" + seven;
        for (int i = 1; i < 128; ++i)
            full += same;
        QCOMPARE(ofBits(full, 128).lengths().size(), std::size_t{128});
        QCOMPARE(ofBits("1" + absent + "010" + full.substr(1), 130).lengths().size(), std::size_t{130});
        VERIFY_ERROR(ofBits(full, 127), ErrorKind::Input, "too long");
        VERIFY_ERROR(ofBits("1" + absent + "011" + full.substr(1), 130), ErrorKind::Input, "too long");
        VERIFY_ERROR(ofBits("1" + absent + "010" + absent + "1" + full.substr(1), 200), ErrorKind::Input,
                     "in two");
        VERIFY_ERROR(ofBits("1" + absent + "0000000000000001" + std::string(15, '0'), 200), ErrorKind::Input,
                     "above");
        // 127 of 7 bits leave room for 7 bits, not for 6.
        VERIFY_ERROR(ofBits(full.substr(0, full.size() - 1) + "010", 200), ErrorKind::Input, "too short");
        VERIFY_ERROR(ofBits(full.substr(0, full.size() - 1) + "011", 200), ErrorKind::Input, "too early");
        // From 8 bits to 0 in one step, which only the first symbol may do, and to 33.
        const std::string toZero = "000010001", to33 = "00000110100";
        QCOMPARE(ofBits("1" + toZero, 1).lengths().size(), std::size_t{1});
        VERIFY_ERROR(ofBits("1" + same + toZero, 9), ErrorKind::Input, "0 bits");
        VERIFY_ERROR(ofBits("1" + to33, 9), ErrorKind::Input, "33 bits");
    }

    void damagedStreamsAreRefusedOrOthers() {
        const auto symbols = gaussianSymbols<std::uint8_t>(2'000, 128, 30);
        const HuffmanCode code(histogramOf(std::span(symbols)));
        BitWriter writer("codes");
        code.write(writer);
        for (const std::uint8_t symbol : symbols)
            code.put(writer, symbol);
        const LedgeredBytes stream = writer.finish();
        const auto decoded = [&](std::span<const std::byte> bytes) {
            BitReader reader(bytes);
            const HuffmanDecoder decoder(HuffmanCode::read(reader, 256));
            std::vector<std::uint8_t> back(symbols.size());
            decoder.get(reader, back);
            reader.expectEnd();
            return back;
        };
        QVERIFY(decoded(stream.bytes) == symbols);
        for (std::size_t size = 0; size < stream.bytes.size(); ++size)
            VERIFY_ERROR(decoded(std::span(stream.bytes).first(size)), ErrorKind::Input, "damaged");
        for (std::size_t bit = 0; bit < 8 * stream.bytes.size(); ++bit) {
            auto changed = stream.bytes;
            changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
            try {
                QVERIFY(decoded(changed) != symbols);
            } catch (const Error& error) {
                QCOMPARE(error.kind(), ErrorKind::Input);
            }
        }
        BitReader none(std::span<const std::byte>{});
        VERIFY_ERROR(HuffmanDecoder(code).get(none), ErrorKind::Input, "too early");
        QCOMPARE(none.peek(57), std::uint64_t{0});
        QCOMPARE(none.left(), std::uint64_t{0});
        std::vector<std::uint8_t> bytes(1);
        BitReader reader(stream.bytes);
        VERIFY_ERROR(HuffmanDecoder(HuffmanCode(Counts(257, 1))).get(reader, bytes), ErrorKind::Internal,
                     "257 symbols");
    }
};

QTEST_APPLESS_MAIN(HuffmanTest)
#include "coding_huffman_test.moc"
