#pragma once

// Codes of numbers that need no table: Elias gamma for small positive ones, and the exponential Golomb code, which
// takes a number's lower bits as they are. P. Elias, "Universal codeword sets and representations of the integers",
// IEEE Transactions on Information Theory 21(2), 1975; J. Teuhola, "A compression method for clustered bit-vectors",
// Information Processing Letters 7(6), 1978.
//
// A Writer is a BitWriter or a RangeEncoder, a Reader a BitReader or a RangeDecoder: the same bits in both.

#include <bit>
#include <cstdint>

namespace ratescope::media {

/// Throws Error(Internal): zero has no Elias gamma code.
[[noreturn]] void refuseZero();
/// Throws Error(Input): what is read is no number up to `limit`.
[[noreturn]] void refuseNumberAbove(std::uint64_t limit);

/// Bits of a `value` of 1 and more: 2·⌊log2 value⌋ + 1.
constexpr int eliasGammaBits(std::uint64_t value) {
    return 2 * static_cast<int>(std::bit_width(value)) - 1;
}

/// `value`: 1 … 2^64 − 1.
template <typename Writer>
void putEliasGamma(Writer& writer, std::uint64_t value) {
    if (value == 0) refuseZero();
    // In the pieces that the reader asks for, as the range coder wants it.
    const int zeros = static_cast<int>(std::bit_width(value)) - 1;
    for (int i = 0; i < zeros; ++i)
        writer.put(0, 1);
    writer.put(1, 1);
    writer.put(value, zeros);
}
/// Throws Error(Input) at the end of the stream, and on a number above `limit`.
template <typename Reader>
std::uint64_t getEliasGamma(Reader& reader, std::uint64_t limit) {
    int zeros = 0;
    while (reader.get(1) == 0)
        if (++zeros == 64) refuseNumberAbove(limit);
    const std::uint64_t value = std::uint64_t{1} << zeros | reader.get(zeros);
    if (value > limit) refuseNumberAbove(limit);
    return value;
}

/// Bits of a `value` of 0 and more in the exponential Golomb code of this order.
constexpr int expGolombBits(std::uint64_t value, int order) {
    return eliasGammaBits((value >> order) + 1) + order;
}

/// `value`: 0 … 2^64 − 2; `order`: 0 … 63 lower bits stand as they are behind the Elias gamma code of the rest.
template <typename Writer>
void putExpGolomb(Writer& writer, std::uint64_t value, int order) {
    putEliasGamma(writer, (value >> order) + 1);
    writer.put(value, order);
}
/// Throws Error(Input) at the end of the stream, and on a number above `limit` (at most 2^64 − 2).
template <typename Reader>
std::uint64_t getExpGolomb(Reader& reader, int order, std::uint64_t limit) {
    const std::uint64_t upper = getEliasGamma(reader, (limit >> order) + 1) - 1;
    const std::uint64_t value = upper << order | reader.get(order);
    if (value > limit) refuseNumberAbove(limit);
    return value;
}

/// 0, −1, 1, −2, … as 0, 1, 2, 3, …
constexpr std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

}  // namespace ratescope::media
