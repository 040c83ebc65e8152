#include "core/media/coding/huffman.h"

#include "core/media/coding/damaged.h"
#include "core/media/coding/elias_gamma.h"

#include <algorithm>
#include <numeric>

namespace ratescope::media {
namespace {

constexpr int mostTableBits = 11;

/// What all codes of a length l share: 2^(32 − l) of them.
constexpr std::uint64_t allSpace = std::uint64_t{1} << HuffmanCode::mostLength;
constexpr std::uint64_t spaceOf(int length) {
    return allSpace >> length;
}

// In the table of lengths: 0 the same length as before, then one less, one more, absent, two less, …
constexpr std::uint64_t absentCode = 3;
constexpr std::uint64_t mostLengthCode = 2 * HuffmanCode::mostLength + 3;
constexpr int firstExpected = 8;

constexpr const char* isTooShort = "the codes of a Huffman code are too short for their number";
constexpr const char* isTooLong = "the codes of a Huffman code are too long for their number";

std::uint64_t toLengthCode(int length, int expected) {
    const std::uint64_t away = zigzag(length - expected);
    return away < absentCode ? away : away + 1;
}

int toLength(std::uint64_t code, int expected) {
    return expected + static_cast<int>(unzigzag(code < absentCode ? code : code - 1));
}

/// How many codes there are of each length; none of the length 0.
using LengthCounts = std::array<std::uint32_t, HuffmanCode::mostLength + 1>;
LengthCounts countLengths(std::span<const std::uint8_t> lengths) {
    LengthCounts counts{};
    for (const std::uint8_t length : lengths)
        if (length > 0) ++counts[length];
    return counts;
}

std::vector<std::uint8_t> trimmed(std::span<const std::uint8_t> lengths) {
    std::size_t size = lengths.size();
    while (size > 0 && lengths[size - 1] == 0)
        --size;
    // Without any length the last symbol is the only one.
    return {lengths.begin(), size > 0 ? lengths.begin() + static_cast<std::ptrdiff_t>(size) : lengths.end()};
}

/// The symbols that occur, the rarest first.
std::vector<std::uint32_t> byCount(std::span<const std::uint32_t> counts) {
    std::vector<std::uint32_t> symbols;
    for (std::uint32_t symbol = 0; symbol < counts.size(); ++symbol)
        if (counts[symbol] > 0) symbols.push_back(symbol);
    std::stable_sort(symbols.begin(), symbols.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return counts[a] < counts[b]; });
    return symbols;
}

/// The packages of one length: the cheapest of symbols and pairs of packages of the length above, as weights and as
/// what is a pair. No more than `most`: others are never taken.
struct Packages {
    std::vector<std::uint64_t> weights;
    std::vector<bool> isPair;

    void add(std::uint64_t weight, bool pair) {
        weights.push_back(weight);
        isPair.push_back(pair);
    }
};

Packages merged(std::span<const std::uint64_t> symbols, const std::vector<std::uint64_t>& longer,
                std::size_t most) {
    Packages packages;
    std::size_t symbol = 0, pair = 0;
    const std::size_t pairs = longer.size() / 2;
    while (packages.weights.size() < most && (symbol < symbols.size() || pair < pairs)) {
        const std::uint64_t pairWeight = pair < pairs ? longer[2 * pair] + longer[2 * pair + 1] : 0;
        const bool takesPair = symbol == symbols.size() || (pair < pairs && pairWeight < symbols[symbol]);
        packages.add(takesPair ? pairWeight : symbols[symbol], takesPair);
        ++(takesPair ? pair : symbol);
    }
    return packages;
}

}  // namespace

std::vector<std::uint8_t> huffmanLengths(std::span<const std::uint32_t> counts, int longest) {
    std::vector<std::uint8_t> lengths(counts.size());
    const std::vector<std::uint32_t> symbols = byCount(counts);
    if (longest < 1 || longest > 63 || symbols.size() > std::uint64_t{1} << longest)
        throw Error(ErrorKind::Internal,
                    std::to_string(symbols.size()) + " symbols were to have codes of up to " +
                        std::to_string(longest) + " bits.",
                    "");
    if (symbols.size() < 2) return lengths;
    std::vector<std::uint64_t> weights;
    for (const std::uint32_t symbol : symbols)
        weights.push_back(counts[symbol]);
    // The 2n − 2 cheapest packages of the shortest length make up the code: a symbol has a bit for each package of
    // whatever length that it is in. At every length those taken are the first.
    std::size_t taken = 2 * symbols.size() - 2;
    std::vector<std::vector<bool>> isPair(static_cast<std::size_t>(longest));
    std::vector<std::uint64_t> longer;
    for (int length = longest; length > 0; --length) {
        Packages packages = merged(weights, longer, taken);
        isPair[static_cast<std::size_t>(length - 1)] = std::move(packages.isPair);
        longer = std::move(packages.weights);
    }
    for (const std::vector<bool>& packages : isPair) {
        const auto end = packages.begin() + static_cast<std::ptrdiff_t>(taken);
        const auto pairs = static_cast<std::size_t>(std::count(packages.begin(), end, true));
        for (std::size_t i = 0; i < taken - pairs; ++i)
            ++lengths[symbols[i]];
        taken = 2 * pairs;
    }
    return lengths;
}

HuffmanCode::HuffmanCode(std::span<const std::uint32_t> counts, int longest) {
    while (!counts.empty() && counts.back() == 0)
        counts = counts.first(counts.size() - 1);
    if (counts.size() > mostSymbols || longest > mostLength)
        throw Error(ErrorKind::Internal,
                    "A Huffman code of too many symbols or too long codes was asked for.", "");
    setLengths(huffmanLengths(counts, longest));
}

HuffmanCode HuffmanCode::ofLengths(std::span<const std::uint8_t> lengths) {
    std::vector<std::uint8_t> those = trimmed(lengths);
    if (those.size() > mostSymbols) throw damaged("a Huffman code has too many symbols");
    std::uint64_t used = 0;
    for (const std::uint8_t length : those) {
        if (length > mostLength) throw damaged("a Huffman code is longer than 32 bits");
        if (length > 0) used += spaceOf(length);
    }
    if (used > allSpace) throw damaged(isTooShort);
    if (used > 0 && used < allSpace) throw damaged(isTooLong);
    HuffmanCode code;
    code.setLengths(std::move(those));
    return code;
}

/// Canonical: the first code of a length follows the last of the length before, with a zero behind it.
void HuffmanCode::setLengths(std::vector<std::uint8_t> lengths) {
    lengths_ = std::move(lengths);
    const LengthCounts counts = countLengths(lengths_);
    std::array<std::uint64_t, mostLength + 1> next{};
    for (std::size_t length = 1; length <= mostLength; ++length)
        next[length] = (next[length - 1] + counts[length - 1]) << 1;
    codes_.assign(lengths_.size(), 0);
    for (std::size_t symbol = 0; symbol < lengths_.size(); ++symbol)
        if (lengths_[symbol] > 0) codes_[symbol] = static_cast<std::uint32_t>(next[lengths_[symbol]]++);
}

void HuffmanCode::refuse(std::size_t symbol) {
    throw Error(ErrorKind::Internal,
                "The symbol " + std::to_string(symbol) + " does not occur in a Huffman code.", "");
}

std::uint64_t HuffmanCode::codeLength(std::span<const std::uint32_t> counts) const {
    std::uint64_t bits = 0;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
        if (counts[symbol] == 0) continue;
        requireOccurs(symbol);
        bits += std::uint64_t{counts[symbol]} * lengths_[symbol];
    }
    return bits;
}

void HuffmanCode::write(BitWriter& writer) const {
    writer.put(lengths_.empty() ? 0 : 1, 1);
    int expected = firstExpected;
    for (std::size_t symbol = 0; symbol < lengths_.size(); ++symbol) {
        if (!occurs(symbol)) {
            const std::size_t start = symbol;
            while (!occurs(symbol))
                ++symbol;
            putEliasGamma(writer, absentCode + 1);
            putEliasGamma(writer, symbol - start);
        }
        putEliasGamma(writer, toLengthCode(lengths_[symbol], expected) + 1);
        expected = lengths_[symbol];
    }
}

HuffmanCode HuffmanCode::read(BitReader& reader, std::size_t alphabet) {
    if (alphabet > mostSymbols)
        throw Error(ErrorKind::Internal, "A Huffman code of too many symbols was to be read.", "");
    HuffmanCode code;
    if (reader.get(1) == 0) return code;
    std::vector<std::uint8_t> lengths;
    int expected = firstExpected;
    for (std::uint64_t left = allSpace; left > 0;) {
        std::uint64_t lengthCode = getEliasGamma(reader, mostLengthCode) - 1;
        if (lengthCode == absentCode) {
            lengths.resize(lengths.size() + getEliasGamma(reader, alphabet - lengths.size()));
            lengthCode = getEliasGamma(reader, mostLengthCode) - 1;
            if (lengthCode == absentCode)
                throw damaged("a Huffman code has one run of absent symbols in two");
        }
        if (lengths.size() == alphabet) throw damaged(isTooLong);
        const int length = toLength(lengthCode, expected);
        // Only a single symbol has no bits.
        if (length < (left == allSpace ? 0 : 1) || length > mostLength)
            throw damaged("a Huffman code has " + std::to_string(length) + " bits");
        if (spaceOf(length) > left) throw damaged(isTooShort);
        left -= spaceOf(length);
        expected = length;
        lengths.push_back(static_cast<std::uint8_t>(length));
    }
    code.setLengths(std::move(lengths));
    return code;
}

HuffmanDecoder::HuffmanDecoder(const HuffmanCode& code) : alphabet_(code.lengths().size()) {
    const std::span<const std::uint8_t> lengths = code.lengths();
    const LengthCounts counts = countLengths(lengths);
    const int longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
    tableBits_ = std::min(longest, mostTableBits);
    table_.resize(std::size_t{1} << tableBits_);
    if (longest == 0 && alphabet_ > 0) table_[0] = {static_cast<std::uint16_t>(alphabet_ - 1), 0};

    std::array<std::uint32_t, HuffmanCode::mostLength + 1> places{};
    for (std::size_t length = 1; length < places.size(); ++length) {
        places[length] = places[length - 1] + counts[length - 1];
        const std::uint64_t firstCode = ends_[length - 1] >> (HuffmanCode::mostLength - length);
        offsets_[length] = places[length] - static_cast<std::uint32_t>(firstCode);
        ends_[length] = ends_[length - 1] + counts[length] * spaceOf(static_cast<int>(length));
    }
    sorted_.resize(places.back() + counts.back());
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
        const std::uint8_t length = lengths[symbol];
        if (length == 0) continue;
        sorted_[places[length]++] = static_cast<std::uint16_t>(symbol);
        if (length > tableBits_) continue;
        const int free = tableBits_ - length;
        std::fill_n(table_.begin() + (std::ptrdiff_t{code.code(symbol)} << free), std::ptrdiff_t{1} << free,
                    Entry{static_cast<std::uint16_t>(symbol), length});
    }
}

HuffmanDecoder::Entry HuffmanDecoder::longEntry(std::uint64_t window) const {
    if (sorted_.empty()) throw damaged("a symbol comes where none can");
    auto length = static_cast<std::size_t>(tableBits_) + 1;
    while (window >= ends_[length])
        ++length;
    const auto code = static_cast<std::uint32_t>(window >> (HuffmanCode::mostLength - length));
    return {sorted_[code + offsets_[length]], static_cast<std::uint8_t>(length)};
}

void HuffmanDecoder::get(BitReader& reader, std::span<std::uint8_t> symbols) const {
    if (alphabet_ > 256)
        throw Error(ErrorKind::Internal,
                    "Bytes were to be read in a Huffman code of " + std::to_string(alphabet_) + " symbols.",
                    "");
    for (std::uint8_t& symbol : symbols)
        symbol = static_cast<std::uint8_t>(get(reader));
}

void HuffmanDecoder::get(BitReader& reader, std::span<std::uint16_t> symbols) const {
    for (std::uint16_t& symbol : symbols)
        symbol = get(reader);
}

}  // namespace ratescope::media
