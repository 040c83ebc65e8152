#pragma once

// The coded exponents of a group of DFloat11 (arXiv 2504.11651): code, look-up tables of the GPU's kernel, where codes
// start. The node and the streams' layout are in dfloat11.cpp.

#include "core/media/coding/huffman.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ratescope::media::weights {

/// The tables use values from here on as pointers, so exponents are below: |w| < 2^113.
constexpr std::uint8_t leastPointer = 240;
constexpr std::size_t endSymbol = 256;
constexpr std::uint64_t chunkBits = 64;  ///< what a thread of the kernel decodes
constexpr int gapBits = 5;
constexpr std::size_t weightsBetweenChecks = std::size_t{1} << 20;

enum class LengthLimiter {
    Reference,     ///< the rarest symbols count 1, more and more of them, until codes are short enough
    PackageMerge,  ///< the best code of that length
};

/// The code of exponents 0 … 239 that occur `counts` times (256 counts), and of one end symbol, 256, that occurs once:
/// so each code has 1 bit at least. At most `longest` (8 … 32) bits; fewer where the look-up tables need it.
HuffmanCode exponentCode(std::span<const std::uint32_t> counts, int longest, LengthLimiter limiter);

/// The K look-up tables of 256 bytes, by the prefix that they decode behind, and the lengths of the codes of all
/// exponents. A byte below 240 is an exponent; p ≥ 240 says that table 256 − p decodes the next byte.
std::vector<std::uint8_t> lookUpTables(const HuffmanCode& code);
/// What exponentCode() gave for those tables. Throws Error(Input) unless they are those of a code that it gives.
HuffmanCode codeOfTables(std::span<const std::uint8_t> tables);
/// Throws Error(Input) for a code of exponents from 240 on, which no weight that is coded has, and for one without the end
/// symbol.
void requireExponents(const HuffmanCode& code);

/// Where a decoder can begin. A block is a number of chunks.
struct StartIndex {
    /// By chunk, whole blocks of them: how many of its bits belong to codes that started before it; 0 where none
    /// starts.
    std::vector<std::uint8_t> gaps;
    /// By block: the first element that starts in it or behind it; and the number of elements.
    std::vector<std::uint32_t> positions;
};

/// Writes the codes from a byte border up to the next one; the rest is padding. `check` is called between parts of the
/// work; it may throw to stop.
StartIndex putExponents(std::span<const std::uint8_t> exponents, const HuffmanCode& code,
                        std::uint64_t chunksOfBlock, BitWriter& writer, const std::function<void()>& check);

/// raw = sign, 8 bits of exponent, 7 of mantissa; `kept` takes sign and mantissa.
void splitWeights(std::span<const std::uint16_t> weights, std::uint8_t* exponents, std::uint8_t* kept);
void joinWeights(const std::uint8_t* exponents, const std::uint8_t* kept, std::span<std::uint16_t> weights);

}  // namespace ratescope::media::weights
