#pragma once

// Bytes that a HuffmanCode wrote, decoded fast: several symbols at a look-up, and up to four runs of a stream side by
// side, so that the look-ups of one hide behind those of the others. Who writes a stream notes where runs begin.

#include "core/media/coding/huffman.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

/// Neighbouring symbols of a stream.
struct HuffmanRun {
    std::uint64_t begin = 0;  ///< bit of the stream at which the first code starts
    std::span<std::uint8_t> symbols;
    std::uint64_t end = 0;  ///< behind the last code; the decoder says it
};

class HuffmanRunDecoder {
  public:
    /// The code may have symbols above 255, such as an end symbol; they are no bytes and must not come.
    explicit HuffmanRunDecoder(const HuffmanCode& code);

    /// Fills the symbols of all runs and notes where they end. Throws Error(Input) where the stream ends before or a
    /// symbol above 255 comes.
    void decode(std::span<const std::byte> stream, std::span<HuffmanRun> runs) const;

  private:
    HuffmanDecoder single_;
    /// By the next 12 bits: up to 6 symbols, the first lowest; then 8 bits of their length, and 8 of their number.
    /// 0 where no whole code of a byte begins.
    std::vector<std::uint64_t> table_;
};

}  // namespace ratescope::media
