#include "plugins/weights/dfloat11_format.h"

#include "core/instruction_set.h"
#include "core/media/coding/damaged.h"

#include <algorithm>
#include <bit>
#include <set>

namespace ratescope::media::weights {
namespace {

constexpr std::size_t tableSize = 256;
constexpr std::size_t mostTables = 256 - leastPointer + 1;  // the root needs no pointer
constexpr int anyLength = 63;

std::vector<std::uint8_t> lengthsOf(const std::vector<std::uint32_t>& counts, int longest,
                                    LengthLimiter limiter) {
    if (limiter == LengthLimiter::PackageMerge) return huffmanLengths(counts, longest);
    std::vector<std::size_t> rarest;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
        if (counts[symbol] > 0) rarest.push_back(symbol);
    std::ranges::stable_sort(rarest, {}, [&](std::size_t symbol) { return counts[symbol]; });
    std::vector<std::uint32_t> raised = counts;
    std::vector<std::uint8_t> lengths = huffmanLengths(raised, anyLength);
    // It ends at the latest where all count 1: then 241 symbols have 8 bits at most.
    for (std::size_t most = 2; *std::ranges::max_element(lengths) > longest; ++most) {
        for (std::size_t i = 0; i < most; ++i)
            raised[rarest[i]] = 1;
        lengths = huffmanLengths(raised, anyLength);
    }
    return lengths;
}

/// A code's bytes but the last, as the table's name: the bytes with a 1 before them.
std::uint64_t prefixOf(std::uint32_t code, int length) {
    const int whole = (length - 1) / 8 * 8;
    return std::uint64_t{1} << whole | std::uint64_t{code} >> (length - whole);
}

std::vector<std::uint64_t> prefixesOf(const HuffmanCode& code) {
    std::set<std::uint64_t> prefixes{1};
    for (std::size_t symbol = 0; symbol < code.lengths().size(); ++symbol)
        for (std::uint64_t prefix = prefixOf(code.code(symbol), std::max<int>(code.lengths()[symbol], 1));
             prefix > 1; prefix >>= 8)
            prefixes.insert(prefix);
    return {prefixes.begin(), prefixes.end()};
}

RATESCOPE_INLINE void split(const std::uint16_t* weights, std::uint8_t* exponents, std::uint8_t* kept,
                            std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        exponents[i] = static_cast<std::uint8_t>(weights[i] >> 7);
        kept[i] = static_cast<std::uint8_t>((weights[i] >> 8 & 0x80) | (weights[i] & 0x7f));
    }
}

RATESCOPE_INLINE void join(const std::uint8_t* exponents, const std::uint8_t* kept, std::uint16_t* weights,
                           std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        weights[i] = static_cast<std::uint16_t>((kept[i] & 0x80) << 8 | exponents[i] << 7 | (kept[i] & 0x7f));
}

}  // namespace

HuffmanCode exponentCode(std::span<const std::uint32_t> counts, int longest, LengthLimiter limiter) {
    std::vector<std::uint32_t> all(counts.begin(), counts.end());
    all.push_back(1);
    for (;; --longest) {
        HuffmanCode code = HuffmanCode::ofLengths(lengthsOf(all, longest, limiter));
        if (prefixesOf(code).size() <= mostTables) return code;
    }
}

std::vector<std::uint8_t> lookUpTables(const HuffmanCode& code) {
    const std::vector<std::uint64_t> prefixes = prefixesOf(code);
    if (prefixes.size() > mostTables) throw damaged("its code needs more than 17 look-up tables");
    // What is set, by table and byte; −1 repeats the one before it.
    std::vector<int> entries(prefixes.size() * tableSize, -1);
    const auto place = [&](std::uint64_t prefix) {
        return static_cast<std::size_t>(std::ranges::lower_bound(prefixes, prefix) - prefixes.begin());
    };
    for (std::size_t table = 1; table < prefixes.size(); ++table)
        entries[place(prefixes[table] >> 8) * tableSize + (prefixes[table] & 0xff)] =
            256 - static_cast<int>(table);
    for (std::size_t symbol = 0; symbol < code.lengths().size(); ++symbol) {
        const int length = code.lengths()[symbol];
        if (length == 0) continue;
        const int rest = length - (length - 1) / 8 * 8;
        const std::size_t byte = code.code(symbol) << (8 - rest) & 0xff;
        // The end symbol is never looked up; its place keeps what stands before it.
        if (symbol == endSymbol) continue;
        entries[place(prefixOf(code.code(symbol), length)) * tableSize + byte] = static_cast<int>(symbol);
    }
    std::vector<std::uint8_t> tables;
    for (std::size_t table = 0; table < prefixes.size(); ++table) {
        int last = 0;
        for (std::size_t byte = 0; byte < tableSize; ++byte) {
            const int entry = entries[table * tableSize + byte];
            last = entry < 0 ? last : entry;
            tables.push_back(static_cast<std::uint8_t>(last));
        }
    }
    for (std::size_t symbol = 0; symbol < tableSize; ++symbol)
        tables.push_back(symbol < code.lengths().size() ? code.lengths()[symbol] : 0);
    return tables;
}

HuffmanCode codeOfTables(std::span<const std::uint8_t> tables) {
    if (tables.size() % tableSize != 0 || tables.size() < 2 * tableSize)
        throw damaged("its look-up tables are incomplete");
    const auto last = tables.last(tableSize);
    std::vector<std::uint8_t> lengths(last.begin(), last.end());
    // What the exponents leave free is the end symbol's.
    std::uint64_t left = std::uint64_t{1} << HuffmanCode::mostLength;
    for (const std::uint8_t length : lengths) {
        if (length > HuffmanCode::mostLength) throw damaged("a code is longer than 32 bits");
        const std::uint64_t space = length == 0 ? 0 : std::uint64_t{1} << (HuffmanCode::mostLength - length);
        if (space >= left) throw damaged("its codes leave no room for the end symbol");
        left -= space;
    }
    if (!std::has_single_bit(left)) throw damaged("its codes are not complete");
    lengths.push_back(static_cast<std::uint8_t>(HuffmanCode::mostLength - std::countr_zero(left)));
    HuffmanCode code = HuffmanCode::ofLengths(lengths);
    requireExponents(code);
    if (!std::ranges::equal(lookUpTables(code), tables))
        throw damaged("its look-up tables are not those of its code");
    return code;
}

void requireExponents(const HuffmanCode& code) {
    const auto lengths = code.lengths();
    if (lengths.size() != endSymbol + 1) throw damaged("its code has no end symbol");
    if (std::ranges::any_of(lengths.subspan(leastPointer, endSymbol - leastPointer),
                            [](std::uint8_t length) { return length > 0; }))
        throw damaged("its code is of exponents that are no weights' but pointers");
}

StartIndex putExponents(std::span<const std::uint8_t> exponents, const HuffmanCode& code,
                        std::uint64_t chunksOfBlock, BitWriter& writer, const std::function<void()>& check) {
    StartIndex index;
    const std::uint64_t begin = writer.bits();
    std::uint32_t element = 0;
    for (const std::uint8_t exponent : exponents) {
        if (element % weightsBetweenChecks == 0) check();
        const std::uint64_t start = writer.bits() - begin;
        if (start / chunkBits == index.gaps.size()) {
            if (index.gaps.size() % chunksOfBlock == 0) index.positions.push_back(element);
            index.gaps.push_back(static_cast<std::uint8_t>(start % chunkBits));
        }
        code.put(writer, exponent);
        ++element;
    }
    const std::uint64_t bitsOfBlock = chunksOfBlock * chunkBits;
    const std::uint64_t blocks = (writer.bits() - begin + bitsOfBlock - 1) / bitsOfBlock;
    writer.alignToByte();
    index.gaps.resize(blocks * chunksOfBlock);
    index.positions.resize(blocks + 1, element);
    return index;
}

void splitWeights(std::span<const std::uint16_t> weights, std::uint8_t* exponents, std::uint8_t* kept) {
    compiledFor<&split>(bestInstructionSet())(weights.data(), exponents, kept, weights.size());
}

void joinWeights(const std::uint8_t* exponents, const std::uint8_t* kept, std::span<std::uint16_t> weights) {
    compiledFor<&join>(bestInstructionSet())(exponents, kept, weights.data(), weights.size());
}

}  // namespace ratescope::media::weights
