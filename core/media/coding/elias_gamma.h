#pragma once

// Elias gamma codes: small positive numbers in few bits, without a table. P. Elias, "Universal codeword sets and
// representations of the integers", IEEE Transactions on Information Theory 21(2), 1975.

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"

#include <cstdint>

namespace ratescope::media {

/// `value` (1 … 2^63) in 2·⌊log2 value⌋ + 1 bits.
void putEliasGamma(BitWriter& writer, std::uint64_t value);
/// Throws Error(Input) at the end of the stream, and on a number above `limit`.
std::uint64_t getEliasGamma(BitReader& reader, std::uint64_t limit);

/// 0, −1, 1, −2, … as 0, 1, 2, 3, …
constexpr std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

}  // namespace ratescope::media
