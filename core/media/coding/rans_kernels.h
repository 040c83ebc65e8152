#pragma once

// The inner loops of rANS with 64 interleaved states, in plain C++ and for AVX2 and AVX-512; all give and read the
// same bytes. J. Duda, "Asymmetric numeral systems: entropy coding combining speed of Huffman coding with compression
// rate of arithmetic coding", arXiv:1311.2540; interleaving: F. Giesen, "Interleaved entropy coders", arXiv:1402.3392.
//
// A state is a number of 2^16 … 2^32 − 1. The symbol i belongs to the state i mod 64. Pushing a symbol of frequency f
// and first slot c with 2^b slots: if state ≥ f · 2^(32 − b), its lower 16 bits go out as a word; then
// state = ⌊state / f⌋ · 2^b + state mod f + c. Symbols are pushed last first, and words are written from the end of a
// buffer down, so that the decoder takes both forwards.
//
// These functions know neither ends of streams nor their headers (rans_coder.h does). A row is 64 symbols.

#include "core/instruction_set.h"
#include "core/media/coding/frequency_table.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

constexpr std::size_t ransStates = 64;
constexpr std::uint32_t ransLeastState = 1 << 16;
/// Aligned for vectors, none of which then lies on two cache lines.
struct alignas(64) RansStates : std::array<std::uint32_t, ransStates> {};

/// What the scalar loop needs to push a byte without a division.
struct alignas(32) ByteStep {
    std::uint64_t reciprocal;  ///< ⌈2^64 / frequency⌉, 2^64 − 1 for the frequency 1
    std::uint32_t limit;       ///< greatest state that takes the symbol without putting out a word
    std::uint32_t added;  ///< first slot; 2^bits − 1 more for the frequency 1, whose quotient is 1 too small
    std::uint32_t factor;  ///< 2^bits − frequency
};

/// What the coder of a byte array looks up, by symbol.
struct ByteEncoding {
    int bits = 0;
    std::array<Interval, 256> intervals{};
    std::array<ByteStep, 256> steps{};
};

/// What the decoder of a static table looks up. Either `packed` or the other two.
struct StaticDecoding {
    static constexpr int mostPackedBits = 14;
    static constexpr std::uint32_t mostPackedFrequency = 4095;

    int bits = 0;
    /// By slot: frequency in the upper 12 bits, slot − first slot in the next 12, symbol in the lowest 8. Only for
    /// alphabets of up to 256 symbols.
    std::vector<std::uint32_t> packed;
    /// By slot; one more than there are slots, because vector code reads four bytes at a time.
    std::vector<std::uint16_t> symbols;
    /// By symbol.
    std::vector<Interval> intervals;
};

/// Many small tables of up to 2^15 slots, each padded to a power of two of entries; and which of them a symbol has.
struct IndexedDecoding {
    int bits = 0;
    int steps = 0;  ///< log2 of the most entries that a table has
    const Interval* entries = nullptr;
    const std::uint32_t* places = nullptr;  ///< by symbol: first entry × 16 + log2 of the entries
};

/// The words still to be read. Loops stop when fewer than a row's most words are left.
struct RansWords {
    const std::byte* next = nullptr;
    const std::byte* end = nullptr;

    static constexpr std::size_t bytesOfRow = 2 * ransStates;
    bool holdRow() const { return static_cast<std::size_t>(end - next) >= bytesOfRow; }
};

struct RansKernels {
    /// Pushes `rows` rows of intervals, the last first. Words go below `end`; there must be room for 64 a row and 16
    /// more. Gives the new end.
    std::uint16_t* (*encode)(const Interval* intervals, std::size_t rows, int bits, RansStates& states,
                             std::uint16_t* end);
    std::uint16_t* (*encodeBytes)(const std::uint8_t* symbols, std::size_t rows, const ByteEncoding& encoding,
                                  RansStates& states, std::uint16_t* end);
    /// Decodes at most `rows` rows and gives how many: as long as the words hold a row.
    std::size_t (*decodeBytes)(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                               std::uint8_t* symbols, std::size_t rows);
    std::size_t (*decodeShorts)(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                                std::uint16_t* symbols, std::size_t rows);
    std::size_t (*decodeIndexed)(const IndexedDecoding& decoding, RansStates& states, RansWords& words,
                                 std::uint16_t* symbols, std::size_t rows);
};

/// The machine must have the set.
const RansKernels& ransKernels(InstructionSet set);

/// The three sets' own, each in its file.
extern const RansKernels ransScalarKernels;
extern const RansKernels ransAvx2Kernels;
extern const RansKernels ransAvx512Kernels;

}  // namespace ratescope::media
