#include "core/hash.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/histogram.h"
#include "core/media/coding/range_coder.h"
#include "tests/core/error_check.h"
#include "tests/core/media/symbol_sources.h"

#include <QtTest>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;

namespace {

constexpr std::size_t million = 1'000'000;

template <typename Symbol>
std::vector<std::byte> encoded(std::span<const Symbol> symbols, const RangeTable& table) {
    RangeEncoder encoder;
    for (const Symbol symbol : symbols)
        encoder.encode(table, symbol);
    return encoder.finish();
}

std::vector<std::uint16_t> decoded(std::span<const std::byte> stream, const RangeTable& table,
                                   std::size_t count) {
    RangeDecoder decoder(stream);
    std::vector<std::uint16_t> symbols(count);
    for (std::uint16_t& symbol : symbols)
        symbol = decoder.decode(table);
    decoder.expectEnd();
    return symbols;
}

/// They come back, and take no more than their own table says and 16 bytes: far less than 0.2 % more.
template <typename Symbol>
void roundTrip(const std::vector<Symbol>& symbols, const FrequencyTable& frequencies) {
    const RangeTable table(frequencies);
    const std::vector<std::byte> stream = encoded<Symbol>(symbols, table);
    const std::vector<std::uint16_t> back = decoded(stream, table, symbols.size());
    QVERIFY(std::equal(back.begin(), back.end(), symbols.begin(), symbols.end()));
    const double ideal = frequencies.codeLength(histogramOf(std::span(symbols))) / 8;
    QVERIFY2(static_cast<double>(stream.size()) <= ideal * (1 + 1e-6) + 2,
             QByteArray::number(static_cast<double>(stream.size()) - ideal));
}

template <typename Symbol>
void roundTrip(const std::vector<Symbol>& symbols, int bits) {
    roundTrip(symbols, FrequencyTable(histogramOf(std::span(symbols)), bits));
}

/// The thirds in which a number lies, within thirds of thirds, down to where its bytes end.
std::vector<std::uint64_t> thirdsOf(std::span<const std::byte> number) {
    std::vector<std::uint64_t> thirds;
    try {
        for (RangeDecoder decoder(number);;)
            thirds.push_back(decoder.decodeUniform(3));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Input) throw;
    }
    return thirds;
}

/// Whatever there is to encode, by a seed.
template <typename Coder>
void mixedKinds(std::uint64_t seed, std::size_t count, const RangeTable& table, Coder&& coder) {
    std::mt19937_64 random(seed);
    std::vector<AdaptiveBit> contexts(5);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t value = random();
        switch (random() % 6) {
            case 0:
                coder.symbol(table, value % 7 == 0 ? value % 256 : value % 4);
                break;
            case 1:
                coder.adaptive(contexts[random() % 5], value % 9 == 0);
                break;
            case 2:
                coder.bit(value % 5 == 0, 1 + value / 8 % 4095);
                break;
            case 3: {
                const std::uint64_t total = 1 + (random() >> random() % 31 & 0xffffffff);
                coder.uniform(value % total, total);
                break;
            }
            case 4: {
                const auto width = static_cast<int>(random() % 65);
                coder.raw(width == 64 ? value : value & ((std::uint64_t{1} << width) - 1), width);
                break;
            }
            default: {
                const auto total = static_cast<std::uint32_t>(2 + random() % 100'000);
                const auto first = static_cast<std::uint32_t>(value % total);
                coder.interval(first, 1 + static_cast<std::uint32_t>(random() % (total - first)), total);
            }
        }
    }
}

struct MixedEncoder {
    RangeEncoder encoder;
    void symbol(const RangeTable& table, std::uint64_t value) { encoder.encode(table, value); }
    void adaptive(AdaptiveBit& context, bool value) { encoder.encode(context, value); }
    void bit(bool value, std::uint64_t ofOne) {
        encoder.encodeBit(value, static_cast<std::uint32_t>(ofOne), 12);
    }
    void uniform(std::uint64_t value, std::uint64_t total) { encoder.encodeUniform(value, total); }
    void raw(std::uint64_t value, int width) { encoder.put(value, width); }
    void interval(std::uint32_t first, std::uint32_t frequency, std::uint32_t total) {
        encoder.encode(first, frequency, total);
    }
};

/// Counts what does not come back.
struct MixedDecoder {
    RangeDecoder decoder;
    int wrong = 0;
    void symbol(const RangeTable& table, std::uint64_t value) { wrong += decoder.decode(table) != value; }
    void adaptive(AdaptiveBit& context, bool value) { wrong += decoder.decode(context) != value; }
    void bit(bool value, std::uint64_t ofOne) {
        wrong += decoder.decodeBit(static_cast<std::uint32_t>(ofOne), 12) != value;
    }
    void uniform(std::uint64_t value, std::uint64_t total) { wrong += decoder.decodeUniform(total) != value; }
    void raw(std::uint64_t value, int width) { wrong += decoder.get(width) != value; }
    void interval(std::uint32_t first, std::uint32_t frequency, std::uint32_t total) {
        const std::uint64_t slot = decoder.slot(total);
        wrong += slot < first || slot - first >= frequency;
        decoder.take(first, frequency);
    }
};

std::vector<std::byte> mixedStream(std::uint64_t seed, std::size_t count, const RangeTable& table) {
    MixedEncoder mixed;
    mixedKinds(seed, count, table, mixed);
    return mixed.encoder.finish();
}

RangeTable byteTable() {
    const auto symbols = gaussianSymbols<std::uint8_t>(100'000, 3, 40);
    std::vector<std::uint32_t> counts = histogramOf(std::span(symbols));
    for (std::uint32_t& count : counts)
        ++count;
    return RangeTable(FrequencyTable(counts, 14));
}

}  // namespace

class RangeCoderTest : public QObject {
    Q_OBJECT

  private slots:
    void nothingTakesNoByte() {
        RangeEncoder encoder;
        QVERIFY(encoder.finish().empty());
        RangeDecoder({}).expectEnd();
        VERIFY_ERROR(RangeDecoder(std::vector{std::byte{0}}).expectEnd(), ErrorKind::Input, "last byte");
        VERIFY_ERROR(RangeDecoder(std::vector(3, std::byte{7})).expectEnd(), ErrorKind::Input,
                     "2 bytes too many");
        VERIFY_ERROR(RangeDecoder(std::vector(20, std::byte{0xff})), ErrorKind::Input, "no symbol");
    }

    void tableSymbolsComeBack() {
        for (std::size_t count = 1; count < 100; ++count)
            roundTrip(gaussianSymbols<std::uint8_t>(count, 128, 18, static_cast<unsigned>(count)), 12);
        for (const int bits : {11, 13, 16}) {
            roundTrip(gaussianSymbols<std::uint8_t>(million, 128, 18), bits);
            roundTrip(geometricSymbols<std::uint8_t>(million, 1), bits);
            roundTrip(rareSymbols<std::uint8_t>(million, 5'000), bits);
            roundTrip(std::vector<std::uint8_t>(million, 77), bits);
        }
        roundTrip(gaussianSymbols<std::uint16_t>(million, 30'000, 4'000), 16);
    }

    void probabilitiesAtTheLimitsComeBack() {
        // 65,535 of 65,536, and 1 of it: as often as the table says, and the rare one only.
        const FrequencyTable skewed(std::vector<std::uint32_t>{1, 65'535}, 16);
        QCOMPARE(skewed.frequencies()[0], 1U);
        auto symbols = rareSymbols<std::uint8_t>(million, 65'536);
        for (std::uint8_t& symbol : symbols)
            symbol ^= 1;
        roundTrip(symbols, skewed);
        roundTrip(std::vector<std::uint8_t>(million, 1), skewed);
        roundTrip(std::vector<std::uint8_t>(100'000, 0), skewed);
        // Every one of 2^16 symbols.
        std::vector<std::uint16_t> all(65'536);
        std::iota(all.begin(), all.end(), std::uint16_t{0});
        roundTrip(all, 16);
    }

    void sizesAreNearTheEntropy() {
        const auto symbols = gaussianSymbols<std::uint8_t>(million, 128, 18);
        const auto frequencies = FrequencyTable::fitted(histogramOf(std::span(symbols)));
        const auto stream = encoded<std::uint8_t>(symbols, RangeTable(frequencies));
        QVERIFY(static_cast<double>(stream.size()) < 1.002 * idealBytes<std::uint8_t>(symbols) + 16);
    }

    void uniformSymbolsAreExact() {
        std::mt19937_64 random(3);
        for (const std::uint64_t count :
             {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{23}, std::uint64_t{1'000},
              std::uint64_t{65'535}, std::uint64_t{65'536}, std::uint64_t{16'777'259},
              (std::uint64_t{1} << 32) - 1, rangeMostTotal})
            for (const std::size_t length : {1, 7, 20'000}) {
                std::vector<std::uint64_t> values(length);
                RangeEncoder encoder;
                for (std::uint64_t& value : values) {
                    value = random() % count;
                    encoder.encodeUniform(value, count);
                }
                const auto stream = encoder.finish();
                RangeDecoder decoder(stream);
                for (const std::uint64_t value : values)
                    QCOMPARE(decoder.decodeUniform(count), value);
                decoder.expectEnd();
                const double ideal = static_cast<double>(length) * std::log2(static_cast<double>(count)) / 8;
                QVERIFY2(static_cast<double>(stream.size()) <= ideal + 1.001, QByteArray::number(ideal));
            }
    }

    void kindsMixInOneStream() {
        const RangeTable table = byteTable();
        for (std::uint64_t seed = 0; seed < 300; ++seed) {
            const std::size_t count = seed < 290 ? seed : 50'000;
            const auto stream = mixedStream(seed, count, table);
            MixedDecoder mixed{RangeDecoder(stream)};
            mixedKinds(seed, count, table, mixed);
            QCOMPARE(mixed.wrong, 0);
            mixed.decoder.expectEnd();
        }
    }

    void streamsAreTheSameOnEveryMachine() {
        Sha256 hash;
        hash.add(mixedStream(1, 20'000, byteTable()));
        QCOMPARE(QByteArray::fromStdString(hash.finish().hex()),
                 QByteArray("da62aa9e8a7b607cbe01452240df59ae894ca243547b2e54e9d4f9fbe3090d71"));
    }

    void carriesRunThroughTheWholeStream() {
        // Just above one half the interval holds the half nearly to the end: bytes 7f ff ff … that one carry makes
        // 80 00 00 …. Just below it they stay.
        for (const std::size_t size : {std::size_t{20}, std::size_t{1'000}, million})
            for (const bool above : {true, false}) {
                std::vector<std::byte> number(size, above ? std::byte{0} : std::byte{0xff});
                number.front() = above ? std::byte{0x80} : std::byte{0x7f};
                number.back() = std::byte{0x55};
                const std::vector<std::uint64_t> thirds = thirdsOf(number);
                QVERIFY(thirds.size() > 5 * size - 5);
                RangeEncoder encoder;
                for (const std::uint64_t third : thirds)
                    encoder.encodeUniform(third, 3);
                const auto stream = encoder.finish();
                QVERIFY(stream.size() + 1 >= size && stream.size() <= size + 1);
                QVERIFY(std::equal(number.begin(), number.end() - 2, stream.begin()));
                RangeDecoder decoder(stream);
                for (const std::uint64_t third : thirds)
                    if (decoder.decodeUniform(3) != third) QFAIL("another third");
                decoder.expectEnd();
            }
    }

    void theEndIsWhereTheStreamEnds() {
        const std::vector<std::byte> stream(5, std::byte{0x5a});
        const auto readOn = [&](auto read) {
            RangeDecoder decoder(stream);
            for (int i = 0; i < 1'000; ++i)
                read(decoder);
        };
        VERIFY_ERROR(readOn([](RangeDecoder& decoder) { decoder.get(8); }), ErrorKind::Input, "too early");
        VERIFY_ERROR(readOn([](RangeDecoder& decoder) { decoder.decodeBit(2'048, 12); }), ErrorKind::Input,
                     "too early");
        int bytes = 0;
        VERIFY_ERROR(readOn([&](RangeDecoder& decoder) {
                         decoder.get(8);
                         ++bytes;
                     }),
                     ErrorKind::Input, "too early");
        QCOMPARE(bytes, 5);
    }

    void whatNoEncoderGivesIsRefused() {
        // The remainder of the range that no interval covers.
        std::vector<std::byte> stream(8, std::byte{0xff});
        stream.back() = std::byte{5};
        VERIFY_ERROR(RangeDecoder(stream).get(8), ErrorKind::Input, "no symbol");
        VERIFY_ERROR(RangeDecoder(stream).decode(byteTable()), ErrorKind::Input, "no symbol");
        VERIFY_ERROR(RangeDecoder(stream).decodeUniform(rangeMostTotal), ErrorKind::Input, "no symbol");
    }

    void damagedStreamsAreRefusedOrOthers() {
        const RangeTable table = byteTable();
        std::vector<std::uint16_t> symbols(3'000);
        std::mt19937_64 random(8);
        for (std::uint16_t& symbol : symbols)
            symbol = static_cast<std::uint16_t>(random() % 256);
        const auto stream = encoded<std::uint16_t>(symbols, table);
        int refused = 0;
        const auto attempt = [&](const std::vector<std::byte>& changed) {
            try {
                QVERIFY(decoded(changed, table, symbols.size()) != symbols);
            } catch (const Error& error) {
                QCOMPARE(error.kind(), ErrorKind::Input);
                ++refused;
            }
        };
        // No shorter stream has as many symbols, unless its last ones are likelier.
        for (std::size_t size = 0; size < stream.size(); ++size)
            attempt({stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size)});
        QVERIFY(static_cast<std::size_t>(refused) + 3 > stream.size());
        for (std::size_t bit = 0; bit < 8 * stream.size(); bit += bit < 7 * stream.size() ? 13 : 1) {
            auto changed = stream;
            changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
            attempt(changed);
        }
        for (int last = 0; last < 256; ++last) {
            auto changed = stream;
            changed.push_back(static_cast<std::byte>(last));
            attempt(changed);
        }
        QVERIFY(refused > 10'000);
    }

    void impossibleCallsAreRefused() {
        RangeEncoder encoder;
        const RangeTable table(FrequencyTable(std::vector<std::uint32_t>{5, 0, 9}, 11));
        const char* const impossible = "cannot be coded";
        VERIFY_ERROR(encoder.encode(0, 0, 5), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encode(3, 3, 5), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encode(0, 1, rangeMostTotal + 1), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encode(makeInterval(2, 2'047), 11), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encode(table, 1), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encode(table, 3), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encodeBit(true, 0, 12), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encodeBit(true, 4'096, 12), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encodeUniform(0, 0), ErrorKind::Internal, impossible);
        VERIFY_ERROR(encoder.encodeUniform(7, 7), ErrorKind::Internal, impossible);
        QVERIFY(encoder.finish().empty());
        RangeDecoder decoder({});
        VERIFY_ERROR(decoder.slot(0), ErrorKind::Internal, impossible);
        VERIFY_ERROR(decoder.decodeBit(0, 12), ErrorKind::Internal, impossible);
        VERIFY_ERROR(decoder.take(0, 0), ErrorKind::Internal, impossible);
    }
};

QTEST_APPLESS_MAIN(RangeCoderTest)
#include "coding_range_test.moc"
