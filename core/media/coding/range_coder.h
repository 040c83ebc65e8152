#pragma once

// Range coder: symbols of any kinds, one after the other in one stream, each in −log2 of its probability. Table
// symbols, adaptive bits, equally likely numbers and raw bits mix freely; the decoder asks for the same kinds in the
// same order. Forwards, without blocks: for what is too various for rANS (rans.h), which is faster.
//
// G. Martin, "Range encoding: an algorithm for removing redundancy from a digitised message", 1979; carries as in
// I. Witten, R. Neal, J. Cleary, "Arithmetic coding for data compression", CACM 30(6), 1987, but into the bytes that
// are written already. The interval is low … low + range − 1 in 64 bits. When range falls below 2^56, whole bytes of
// low go out until it does not, so that probabilities are exact to 2^−24 at least. The stream is a number within the
// last interval: the bytes gone out, and at most one more; missing bytes count as zeros. Thus a stream has at most
// ⌊bits of its symbols / 8⌋ + 1 bytes, and for the symbols that it holds it is the only one: expectEnd() refuses
// every other. A decoder never reads on behind the end.

#include "core/media/coding/adaptive_bit.h"
#include "core/media/coding/frequency_table.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace ratescope::media {

/// A table of frequencies as the range coder looks it up, both ways. Up to 2^16 slots, two bytes each.
class RangeTable {
  public:
    explicit RangeTable(const FrequencyTable& table);

    int bits() const { return bits_; }
    std::size_t size() const { return intervals_.size(); }  ///< symbols
    /// Of a symbol below size(); one that does not occur gets an interval that no encoder takes.
    Interval interval(std::size_t symbol) const { return intervals_[symbol]; }
    std::uint16_t symbolAt(std::uint32_t slot) const { return symbols_[slot]; }

  private:
    int bits_;
    std::vector<Interval> intervals_;
    std::vector<std::uint16_t> symbols_;  ///< by slot
};

constexpr std::uint64_t rangeLeast = std::uint64_t{1} << 56;
constexpr std::uint64_t rangeFirst = ~std::uint64_t{0};
/// The largest total of frequencies, and the most values of a uniform symbol.
constexpr std::uint64_t rangeMostTotal = std::uint64_t{1} << 32;

/// Each call throws Error(Internal) on what cannot be coded: frequency 0, an interval beyond its total, a symbol that
/// does not occur.
class RangeEncoder {
  public:
    /// The interval first … first + frequency − 1 of `total` (at most 2^32), which need not be a power of two.
    void encode(std::uint32_t first, std::uint32_t frequency, std::uint64_t total) {
        if (frequency == 0 || total > rangeMostTotal || std::uint64_t{first} + frequency > total) refuse();
        narrow(range_ / total, first, frequency);
    }
    /// A symbol of a table of 2^bits slots.
    void encode(Interval interval, int bits) {
        if ((firstSlotOf(interval) + frequencyOf(interval) - 1) >> bits > 0) refuse();
        narrow(range_ >> bits, firstSlotOf(interval), frequencyOf(interval));
    }
    void encode(const RangeTable& table, std::size_t symbol) {
        if (symbol >= table.size()) refuse();
        encode(table.interval(symbol), table.bits());
    }
    /// A bit in its context, which sees it.
    void encode(AdaptiveBit& context, bool bit) {
        encodeBit(bit, context.ofOne(), AdaptiveBit::precision);
        context.saw(bit);
    }
    /// A bit that is one with the probability ofOne / 2^bits, which is neither 0 nor 1; bits: 1 … 16.
    void encodeBit(bool bit, std::uint32_t ofOne, int bits) {
        if (ofOne - 1 >= (std::uint32_t{1} << bits) - 1) refuse();
        const std::uint64_t bound = (range_ >> bits) * ofOne;
        narrowTo(bit ? 0 : bound, bit ? bound : range_ - bound);
    }
    /// One of `count` (1 … 2^32) equally likely values.
    void encodeUniform(std::uint64_t value, std::uint64_t count) {
        if (value >= count || count > rangeMostTotal) refuse();
        narrow(range_ / count, value, 1);
    }
    /// The lowest `count` bits (0 … 64) of `value`, each equally likely 0 and 1, as BitWriter::put; but they are read
    /// in the same pieces only.
    void put(std::uint64_t value, int count) {
        if (count > 32) {
            putUpTo32(value >> 32, count - 32);
            count = 32;
        }
        putUpTo32(value, count);
    }

    /// The whole stream; the encoder must not be used afterwards.
    std::vector<std::byte> finish();

  private:
    void putUpTo32(std::uint64_t value, int count) {
        narrow(range_ >> count, value & ((std::uint64_t{1} << count) - 1), 1);
    }
    void narrow(std::uint64_t step, std::uint64_t first, std::uint64_t frequency) {
        narrowTo(step * first, step * frequency);
    }
    void narrowTo(std::uint64_t added, std::uint64_t range) {
        low_ += added;
        if (low_ < added) carry();
        range_ = range;
        if (range_ < rangeLeast) shiftOut();
    }
    /// Stores eight bytes, of which those that low_ gives up count.
    void shiftOut() {
        const int shift = std::countl_zero(range_) & 56;
        if (bytes_.size() - used_ < sizeof low_) grow();
        const std::uint64_t word = __builtin_bswap64(low_);
        std::memcpy(bytes_.data() + used_, &word, sizeof word);
        used_ += static_cast<std::size_t>(shift / 8);
        low_ <<= shift;
        range_ <<= shift;
    }
    void grow();
    void carry();
    [[noreturn]] static void refuse();

    std::uint64_t low_ = 0;
    std::uint64_t range_ = rangeFirst;
    std::vector<std::byte> bytes_;
    std::size_t used_ = 0;  ///< how many of bytes_ are written
};

/// Gives the symbols that were encoded, of a stream that must outlive it. Each call throws Error(Input) at the end of
/// the stream and where no encoder can have come.
class RangeDecoder {
  public:
    explicit RangeDecoder(std::span<const std::byte> stream);

    /// For intervals of one's own: which of `total` (1 … 2^32) slots comes. take() must follow, with the interval in
    /// which it lies.
    std::uint64_t slot(std::uint64_t total) {
        if (total - 1 >= rangeMostTotal) refuseCall();
        step_ = range_ / total;
        return checkedSlot(total);
    }
    void take(std::uint32_t first, std::uint32_t frequency) {
        if (frequency == 0) refuseCall();
        narrow(first, frequency);
    }
    std::uint16_t decode(const RangeTable& table) {
        step_ = range_ >> table.bits();
        const auto slot = static_cast<std::uint32_t>(checkedSlot(std::uint64_t{1} << table.bits()));
        const std::uint16_t symbol = table.symbolAt(slot);
        const Interval interval = table.interval(symbol);
        narrow(firstSlotOf(interval), frequencyOf(interval));
        return symbol;
    }
    bool decode(AdaptiveBit& context) {
        const bool bit = decodeBit(context.ofOne(), AdaptiveBit::precision);
        context.saw(bit);
        return bit;
    }
    bool decodeBit(std::uint32_t ofOne, int bits) {
        if (ofOne - 1 >= (std::uint32_t{1} << bits) - 1) refuseCall();
        const std::uint64_t bound = (range_ >> bits) * ofOne;
        const bool bit = code_ < bound;
        code_ -= bit ? 0 : bound;
        range_ = bit ? bound : range_ - bound;
        if (range_ < rangeLeast) shiftIn();
        return bit;
    }
    std::uint64_t decodeUniform(std::uint64_t count) {
        const std::uint64_t value = slot(count);
        narrow(value, 1);
        return value;
    }
    /// The next `count` (0 … 64) bits that put() wrote, as BitReader::get.
    std::uint64_t get(int count) {
        if (count <= 32) return getUpTo32(count);
        const std::uint64_t upper = getUpTo32(count - 32);
        return upper << 32 | getUpTo32(32);
    }

    /// Throws Error(Input) unless the stream is the very one that the encoder of these symbols gave.
    void expectEnd() const;

  private:
    std::uint64_t getUpTo32(int count) {
        step_ = range_ >> count;
        const std::uint64_t value = checkedSlot(std::uint64_t{1} << count);
        narrow(value, 1);
        return value;
    }
    std::uint64_t checkedSlot(std::uint64_t total) const {
        const std::uint64_t slot = code_ / step_;
        if (slot >= total) refuseStream();
        return slot;
    }
    void narrow(std::uint64_t first, std::uint64_t frequency) {
        code_ -= step_ * first;
        range_ = step_ * frequency;
        if (range_ < rangeLeast) shiftIn();
    }
    void shiftIn() {
        const int shift = std::countl_zero(range_) & 56;
        const std::uint64_t word = wordAt(position_ + sizeof code_);
        position_ += static_cast<std::size_t>(shift / 8);
        if (position_ > stream_.size()) refuseEnd();
        code_ = code_ << shift | word >> (64 - shift);
        range_ <<= shift;
    }
    /// Eight bytes, the first the highest; zeros behind the end.
    std::uint64_t wordAt(std::size_t position) const {
        if (position + sizeof(std::uint64_t) > stream_.size()) return wordAtEnd(position);
        std::uint64_t word;
        std::memcpy(&word, stream_.data() + position, sizeof word);
        return __builtin_bswap64(word);
    }
    std::uint64_t wordAtEnd(std::size_t position) const;
    [[noreturn]] static void refuseCall();
    [[noreturn]] static void refuseStream();
    [[noreturn]] static void refuseEnd();

    std::span<const std::byte> stream_;
    std::size_t position_ =
        0;                    ///< bytes that encoders have given up by now; code_ holds the eight after them
    std::uint64_t code_ = 0;  ///< the stream's number less low
    std::uint64_t range_ = rangeFirst;
    std::uint64_t step_ = 0;
};

}  // namespace ratescope::media
