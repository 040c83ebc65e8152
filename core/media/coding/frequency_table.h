#pragma once

// Integer frequencies of the symbols 0 … n − 1 that sum to a power of two: what rANS codes with. A symbol that
// occurs never has the frequency zero. Which bits a table costs in a stream, the ledger says ("tables").

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

/// A symbol's share of the slots 0 … 2^bits − 1: frequency − 1 in the upper 16 bits, first slot in the lower.
using Interval = std::uint32_t;

constexpr Interval makeInterval(std::uint32_t frequency, std::uint32_t first) {
    return (frequency - 1) << 16 | first;
}
constexpr std::uint32_t frequencyOf(Interval interval) {
    return (interval >> 16) + 1;
}
constexpr std::uint32_t firstSlotOf(Interval interval) {
    return interval & 0xffff;
}

class FrequencyTable {
  public:
    static constexpr int fewestBits = 11;  ///< fewer would not be exact in the vector code (rans_avx2.cpp)
    static constexpr int mostBits = 16;
    static constexpr std::size_t mostSymbols = std::size_t{1} << mostBits;

    /// Frequencies that sum to 2^bits and cost the counted symbols least: the integer part of each symbol's share,
    /// at least 1, then single slots given or taken where they gain most or cost least.
    /// Throws Error(Internal) when nothing was counted or more symbols occur than there are slots.
    FrequencyTable(std::span<const std::uint32_t> counts, int bits);
    /// The fewest bits (from 13, or fewer for few symbols) with which the symbols cost at most 0.1 % and a bit a
    /// symbol of the alphabet more than their entropy.
    static FrequencyTable fitted(std::span<const std::uint32_t> counts);

    int bits() const { return bits_; }
    /// One for each symbol, 0 for those that do not occur; the last symbol occurs.
    std::span<const std::uint32_t> frequencies() const { return frequencies_; }
    /// One for each symbol; of no meaning where the frequency is 0.
    std::vector<Interval> intervals() const;
    std::uint32_t largestFrequency() const;

    /// Bits of a symbol, which must occur: bits − log2(frequency).
    double codeLength(std::size_t symbol) const;
    /// Bits of symbols that occur `counts` times; each of these must have a frequency.
    double codeLength(std::span<const std::uint32_t> counts) const;

    /// In order, per symbol, how far the frequency is from a moving mean of those before it, in an exponential Golomb
    /// code whose order follows the distances so far; runs of zeros by their length.
    void write(BitWriter& writer) const;
    /// Throws Error(Input) when the frequencies do not sum to a power of two or a symbol is `alphabet` or above.
    static FrequencyTable read(BitReader& reader, std::size_t alphabet);

  private:
    FrequencyTable() = default;

    int bits_ = 0;
    std::vector<std::uint32_t> frequencies_;
};

}  // namespace ratescope::media
