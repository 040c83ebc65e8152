#pragma once

// Bits, most significant first, with the account of what they are for.

#include "core/media/coding/ledger.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// Whole bytes and the ledger that explains each of their bits.
struct LedgeredBytes {
    std::vector<std::byte> bytes;
    Ledger ledger;
};

/// Bits written belong to the part in use: the constructor's until use() says otherwise.
class BitWriter {
  public:
    explicit BitWriter(const std::string& part, bool searched = false);

    /// The number of that part, made if it is new; does not change the part in use.
    std::size_t addPart(const std::string& name, bool searched = false);
    void use(std::size_t part);

    /// The lowest `count` bits (0 … 64) of `value`; higher bits of `value` are ignored.
    void put(std::uint64_t value, int count) {
        if (count > 32) {
            putUpTo32(value >> 32, count - 32);
            count = 32;
        }
        putUpTo32(value, count);
    }
    /// Each value in `width` bits (0 … 8, 16 or 32, by type). Same bits as put() one by one, faster.
    void putPacked(std::span<const std::uint8_t> values, int width);
    void putPacked(std::span<const std::uint16_t> values, int width);
    void putPacked(std::span<const std::uint32_t> values, int width);

    /// Zero bits up to a byte border, in the part "padding".
    void alignToByte();
    /// Bits written so far.
    std::uint64_t bits() const { return 8 * std::uint64_t{bytes_.size()} + static_cast<unsigned>(filled_); }
    /// Aligns, and gives up the bytes; the writer must not be used afterwards.
    LedgeredBytes finish();

    /// Gives up what was written so far, not aligned: the ledger counts its bits, and zeros fill the last byte. The
    /// writer is then as new.
    LedgeredBytes take();
    /// Goes on with what take() gave, each bit in the part that it was written for. Throws Error(Internal) when the bytes
    /// are not those of the ledger's bits.
    void append(const LedgeredBytes& taken);

  private:
    void putUpTo32(std::uint64_t value, int count) {
        held_ = held_ << count | (value & ((std::uint64_t{1} << count) - 1));
        filled_ += count;
        if (filled_ >= 32) flushWord();
    }
    void flushWord();
    template <typename T>
    void putAll(std::span<const T> values, int width);

    std::vector<std::byte> bytes_;
    std::uint64_t held_ = 0;  ///< its lowest filled_ bits are not in bytes_ yet
    int filled_ = 0;          ///< below 32 between calls
    std::vector<Part> parts_;
    std::size_t part_ = 0;
    std::uint64_t counted_ = 0;  ///< bits already added to parts_
};

}  // namespace ratescope::media
