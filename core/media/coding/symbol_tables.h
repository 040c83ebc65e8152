#pragma once

// rANS where each symbol has its own choice among many small tables that encoder and decoder both hold: per-symbol
// models, or one table that was trained. The tables are not in the stream, which is that of rans_coder.h.

#include "core/instruction_set.h"
#include "core/media/coding/frequency_table.h"
#include "core/media/coding/rans_kernels.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

class SymbolTables {
  public:
    static constexpr int mostBits = 15;

    /// Frequencies of every table sum to 2^bits, 11 … 15.
    explicit SymbolTables(int bits);

    /// Adds a table of the symbols 0 … frequencies.size() − 1 (at most 2^15) and gives its number; 0 for symbols that
    /// do not occur. Throws Error(Internal) when the sum is wrong.
    std::size_t add(std::span<const std::uint32_t> frequencies);

    int bits() const { return bits_; }
    std::size_t size() const { return places_.size(); }
    /// A table's intervals, padded to a power of two.
    std::span<const Interval> intervals(std::size_t table) const {
        return std::span(entries_).subspan(places_[table] >> 4, std::size_t{1} << (places_[table] & 15));
    }
    /// Of a symbol that occurs in the table.
    Interval interval(std::size_t table, std::size_t symbol) const {
        return entries_[(places_[table] >> 4) + symbol];
    }
    /// Where the table stands among all entries × 16 + log2 of its padded size: what IndexedDecoding wants.
    std::uint32_t place(std::size_t table) const { return places_[table]; }
    /// Places by symbol are the caller's.
    IndexedDecoding decoding() const { return {bits_, steps_, entries_.data(), nullptr}; }

    /// symbols[i] coded with the table tables[i]. Throws Error(Internal) when there is no such table or the symbol does
    /// not occur in it.
    std::vector<std::byte> encode(std::span<const std::uint16_t> symbols,
                                  std::span<const std::uint32_t> tables,
                                  InstructionSet set = bestInstructionSet()) const;
    /// Throws Error(Input) on any other stream than that of as many symbols with these tables.
    void decode(std::span<const std::byte> stream, std::span<const std::uint32_t> tables,
                std::span<std::uint16_t> symbols, InstructionSet set = bestInstructionSet()) const;
    /// Bits of each symbol; sums attribute a stream to its parts (code_length.h).
    std::vector<float> codeLengths(std::span<const std::uint16_t> symbols,
                                   std::span<const std::uint32_t> tables) const;

  private:
    Interval checkedInterval(std::size_t table, std::size_t symbol) const;

    int bits_;
    int steps_ = 0;
    std::vector<Interval> entries_;
    std::vector<std::uint32_t> places_;
};

/// Bits that the intervals cost; an estimate from some 4,096 of them when there are more. For ransStatesFor().
double estimatedBits(std::span<const Interval> intervals, int bits);

}  // namespace ratescope::media
