#pragma once

// A rANS stream without its tables: pushes intervals last first, and gives the bytes; reads them first to last. The
// stream: a byte that says how many states there are (0: 1, 1: 8, 2: 64), the states (32 bits each, little-endian),
// the words (16 bits). What the symbols are and with which frequencies is the caller's (rans.h, symbol_tables.h).

#include "core/instruction_set.h"
#include "core/media/coding/rans_kernels.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ratescope::media {

/// How many states `codedBits` of symbols are worth: a state costs three bytes, and all stay within 0.1 %.
std::size_t ransStatesFor(double codedBits);

class RansEncoder {
  public:
    explicit RansEncoder(InstructionSet set) : kernels_(ransKernels(set)) {}

    /// Starts a stream of at most `symbols` symbols, in memory that is kept from stream to stream. `bits`: of all
    /// tables, 11 … 16. `states`: 1, 8 or 64.
    void start(int bits, std::size_t states, std::size_t symbols);
    /// Pushes intervals, the last first; `before` is how many symbols of the stream are still to come, those that
    /// precede these.
    void push(std::span<const Interval> intervals, std::size_t before);
    void pushBytes(std::span<const std::uint8_t> symbols, const ByteEncoding& encoding);
    std::size_t bytes() const;
    void finish(std::vector<std::byte>& out) const;

  private:
    template <typename IntervalAt>
    void pushSingly(std::size_t from, std::size_t to, std::size_t before, IntervalAt intervalAt);

    const RansKernels& kernels_;
    int bits_ = 0;
    std::size_t states_ = 0;
    RansStates state_{};
    std::unique_ptr<std::uint16_t[]> words_;
    std::size_t capacity_ = 0;
    std::uint16_t* end_ = nullptr;
};

/// Throws Error(Input) on a stream that is too short, has impossible states, or does not end where it should.
class RansDecoder {
  public:
    /// `stream` must outlive it.
    RansDecoder(std::span<const std::byte> stream, InstructionSet set);

    void decode(const StaticDecoding& decoding, std::span<std::uint8_t> symbols);
    void decode(const StaticDecoding& decoding, std::span<std::uint16_t> symbols);
    /// The next symbols of a stream: all calls but the last with a multiple of 64.
    void decode(const IndexedDecoding& decoding, std::span<std::uint16_t> symbols);
    /// Checks that every word was read and every state is the first encoder's.
    void expectEnd() const;

  private:
    template <typename Find>
    void decodeSingly(int bits, std::size_t from, std::size_t to, Find find);
    template <typename Symbol>
    void decodeStatic(const StaticDecoding& decoding, std::span<Symbol> symbols, std::size_t rows);

    std::size_t states_ = 0;
    const RansKernels& kernels_;
    RansStates state_{};
    RansWords words_;
};

}  // namespace ratescope::media
