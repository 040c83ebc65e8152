#pragma once

// Reads what a BitWriter wrote.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ratescope::media {

/// The bytes must outlive it. Reading past the end throws Error(Input); nothing is read then.
class BitReader {
  public:
    explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    /// The next `count` bits (0 … 64), most significant first.
    std::uint64_t get(int count);
    /// Fills `values`, each from `width` bits (0 … 8, 16 or 32, by type).
    void getPacked(std::span<std::uint8_t> values, int width);
    void getPacked(std::span<std::uint16_t> values, int width);
    void getPacked(std::span<std::uint32_t> values, int width);

    /// The next `count` bits (0 … 57) without reading them, zeros where the stream has ended.
    std::uint64_t peek(int count) const { return peekAt(position_, count); }
    /// Reads `count` bits that were peeked at.
    void skip(int count) {
        require(static_cast<std::uint64_t>(count));
        position_ += static_cast<std::uint64_t>(count);
    }

    /// Skips to the next byte border. Throws Error(Input) when a skipped bit is not zero.
    void alignToByte();
    std::uint64_t position() const { return position_; }                                 ///< bits read
    std::uint64_t left() const { return 8 * std::uint64_t{bytes_.size()} - position_; }  ///< bits
    /// Throws Error(Input) unless nothing but padding to the byte border is left.
    void expectEnd();

  private:
    void require(std::uint64_t bits) const {
        if (bits > left()) refuseEarlyEnd(bits);
    }
    [[noreturn]] void refuseEarlyEnd(std::uint64_t bits) const;
    /// At most 57 bits, so that they lie within the 8 bytes from their first on.
    std::uint64_t peekAt(std::uint64_t position, int count) const {
        if (count == 0) return 0;
        const std::size_t first = position / 8;
        std::uint64_t word = 0;
        if (first + sizeof word <= bytes_.size()) {
            std::memcpy(&word, bytes_.data() + first, sizeof word);
            word = __builtin_bswap64(word);
        } else {
            word = wordAtEnd(first);
        }
        return word << (position % 8) >> (64 - count);
    }
    std::uint64_t wordAtEnd(std::size_t first) const;
    template <typename T>
    void getAll(std::span<T> values, int width);

    std::span<const std::byte> bytes_;
    std::uint64_t position_ = 0;
};

}  // namespace ratescope::media
