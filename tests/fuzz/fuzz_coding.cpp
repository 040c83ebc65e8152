#include "core/media/coding/enumerative.h"
#include "core/media/coding/escape.h"
#include "core/media/coding/histogram.h"
#include "core/media/coding/huffman.h"
#include "core/media/coding/range_coder.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <random>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

// Every decoder here takes one stream for one sequence of symbols: what it accepts must be what the encoder gives.

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

const RangeTable& table() {
    static const RangeTable made = [] {
        std::vector<std::uint32_t> counts(200);
        for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
            counts[symbol] =
                symbol % 7 == 3 ? 0 : static_cast<std::uint32_t>(1 + 60'000 / (1 + symbol * symbol));
        return RangeTable(FrequencyTable(counts, 13));
    }();
    return made;
}

struct Kind {
    std::uint64_t number = 0;  ///< which of the cases below
    std::uint64_t total = 0;   ///< its parameter
};

/// What comes one after the other in a stream, by a seed.
std::vector<Kind> kindsOf(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::vector<Kind> kinds(count);
    for (Kind& kind : kinds) {
        kind.number = seed % 9 < 8 ? seed % 9 : random() % 8;
        kind.total = random() >> random() % 64;
    }
    return kinds;
}

std::uint64_t decoded(RangeDecoder& decoder, Kind kind, std::span<AdaptiveBit> contexts) {
    constexpr std::uint64_t limit = ~std::uint64_t{0} - 1;
    switch (kind.number) {
        case 0:
            return decoder.decode(table());
        case 1:
            return decoder.decode(contexts[kind.total % contexts.size()]) ? 1 : 0;
        case 2:
            return decoder.decodeBit(1 + kind.total % 65'535, 16) ? 1 : 0;
        case 3:
            return decoder.decodeUniform(1 + kind.total % rangeMostTotal);
        case 4:
            return decoder.get(static_cast<int>(kind.total % 65));
        case 5:
            return getExpGolomb(decoder, static_cast<int>(kind.total % 64), limit);
        case 6:
            return getGroups(decoder, limit);
        default: {
            // Thirds of a total: the interval is known by its first slot.
            const auto third = static_cast<std::uint32_t>(1 + kind.total % 1'000'000);
            const auto which = static_cast<std::uint32_t>(decoder.slot(std::uint64_t{3} * third)) / third;
            decoder.take(which * third, third);
            return which;
        }
    }
}

void encode(RangeEncoder& encoder, Kind kind, std::uint64_t value, std::span<AdaptiveBit> contexts) {
    switch (kind.number) {
        case 0:
            return encoder.encode(table(), value);
        case 1:
            return encoder.encode(contexts[kind.total % contexts.size()], value != 0);
        case 2:
            return encoder.encodeBit(value != 0, 1 + kind.total % 65'535, 16);
        case 3:
            return encoder.encodeUniform(value, 1 + kind.total % rangeMostTotal);
        case 4:
            return encoder.put(value, static_cast<int>(kind.total % 65));
        case 5:
            return putExpGolomb(encoder, value, static_cast<int>(kind.total % 64));
        case 6:
            return putGroups(encoder, value);
        default: {
            const auto third = static_cast<std::uint32_t>(1 + kind.total % 1'000'000);
            return encoder.encode(static_cast<std::uint32_t>(value) * third, third, std::uint64_t{3} * third);
        }
    }
}

void readRange(std::span<const std::byte> stream, std::uint64_t seed, std::size_t count) {
    const std::vector<Kind> kinds = kindsOf(seed, count);
    std::vector<AdaptiveBit> contexts{AdaptiveBit(1), AdaptiveBit(5), AdaptiveBit(8)};
    std::vector<AdaptiveBit> again = contexts;
    RangeDecoder decoder(stream);
    RangeEncoder encoder;
    for (const Kind kind : kinds)
        encode(encoder, kind, decoded(decoder, kind, contexts), again);
    decoder.expectEnd();
    require(equal(encoder.finish(), stream));
}

void readHuffman(std::span<const std::byte> stream, std::size_t alphabet, std::size_t count) {
    BitReader reader(stream);
    const HuffmanCode code = HuffmanCode::read(reader, alphabet);
    require(code.lengths().size() <= alphabet);
    std::vector<std::uint16_t> symbols(count);
    HuffmanDecoder(code).get(reader, symbols);
    reader.expectEnd();
    BitWriter writer("codes");
    code.write(writer);
    for (const std::uint16_t symbol : symbols)
        code.put(writer, symbol);
    require(equal(writer.finish().bytes, stream));
}

void readSubset(std::span<const std::byte> stream, std::uint32_t positions, std::uint32_t chosen) {
    const SubsetCode code(positions, chosen);
    BitReader reader(stream);
    std::vector<std::uint32_t> subset(chosen);
    code.get(reader, subset);
    reader.expectEnd();
    BitWriter writer("mask");
    code.put(writer, subset);
    require(equal(writer.finish().bytes, stream));
}

void readMasks(std::span<const std::byte> stream, int positions, int chosen, std::size_t count) {
    const MaskCode code(positions, chosen);
    BitReader reader(stream);
    BitWriter writer("mask");
    for (std::size_t i = 0; i < count; ++i)
        code.put(writer, code.get(reader));
    reader.expectEnd();
    require(equal(writer.finish().bytes, stream));
}

void readNumbers(std::span<const std::byte> stream, int order, std::uint64_t limit, std::size_t count) {
    BitReader reader(stream);
    BitWriter writer("numbers");
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t value =
            order < 64 ? getExpGolomb(reader, order, limit) : getGroups(reader, limit);
        require(value <= limit);
        order < 64 ? putExpGolomb(writer, value, order) : putGroups(writer, value);
    }
    reader.expectEnd();
    require(equal(writer.finish().bytes, stream));
}

/// The bytes as symbols, with tables made for them, must come back; an encoder may refuse nothing here.
void codeRange(std::span<const std::uint8_t> symbols, int bits) {
    const RangeTable made(FrequencyTable(histogramOf(symbols), bits));
    std::vector<AdaptiveBit> contexts(256, AdaptiveBit(1 + bits % 8)), again = contexts;
    RangeEncoder encoder;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        encoder.encode(made, symbols[i]);
        encoder.encode(contexts[i > 0 ? symbols[i - 1] : 0], (symbols[i] & 1) != 0);
    }
    const std::vector<std::byte> stream = encoder.finish();
    RangeDecoder decoder(stream);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        require(decoder.decode(made) == symbols[i]);
        require(decoder.decode(again[i > 0 ? symbols[i - 1] : 0]) == ((symbols[i] & 1) != 0));
    }
    decoder.expectEnd();
}

void codeHuffman(std::span<const std::uint8_t> symbols, int longest) {
    const HuffmanCode code(histogramOf(symbols), longest);
    BitWriter writer("codes");
    code.write(writer);
    for (const std::uint8_t symbol : symbols)
        code.put(writer, symbol);
    const LedgeredBytes stream = writer.finish();
    BitReader reader(stream.bytes);
    std::vector<std::uint8_t> back(symbols.size());
    HuffmanDecoder(HuffmanCode::read(reader, 256)).get(reader, back);
    reader.expectEnd();
    require(std::equal(symbols.begin(), symbols.end(), back.begin()));
}

/// The bits of the bytes as a subset.
void codeSubset(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint32_t> subset;
    for (std::uint32_t position = 0; position < 8 * bytes.size(); ++position)
        if ((bytes[position / 8] >> position % 8 & 1) != 0) subset.push_back(position);
    const SubsetCode code(static_cast<std::uint32_t>(8 * bytes.size()),
                          static_cast<std::uint32_t>(subset.size()));
    BitWriter writer("mask");
    code.put(writer, subset);
    require(writer.bits() == code.bits());
    const LedgeredBytes stream = writer.finish();
    BitReader reader(stream.bytes);
    std::vector<std::uint32_t> back(subset.size());
    code.get(reader, back);
    reader.expectEnd();
    require(back == subset);
}

void codeAll(std::span<const std::byte> bytes, std::size_t choice) {
    const std::span symbols(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (symbols.empty()) return;
    try {
        codeRange(symbols, 11 + static_cast<int>(choice % 6));
        codeHuffman(symbols, 8 + static_cast<int>(choice % 25));
        codeSubset(symbols.first(std::min<std::size_t>(symbols.size(), 100)));
    } catch (const Error&) {
        std::abort();
    }
}

}  // namespace

// The first byte chooses what is read, the next three how; the rest is the stream.
RATESCOPE_FUZZ(bytes) {
    if (bytes.size() < 4) return;
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
    const std::size_t both = at(1) | at(2) << 8;
    const auto stream = bytes.subspan(4);
    switch (at(0) % 6) {
        case 0:
            return readRange(stream, at(3), both % 20'000);
        case 1:
            return readHuffman(stream, at(3) % 2 == 0 ? 256 : 65'536, both);
        case 2:
            return readSubset(stream, static_cast<std::uint32_t>(both % 1'500),
                              static_cast<std::uint32_t>(at(3)));
        case 3:
            return readMasks(stream, static_cast<int>(at(1) % 66), static_cast<int>(at(2) % 66), at(3));
        case 4:
            return readNumbers(stream, static_cast<int>(at(1) % 65), (~std::uint64_t{0} - 1) >> at(2) % 64,
                               at(3));
        default:
            return codeAll(stream, at(3));
    }
}
