#pragma once

// Natural numbers of any size: what enumerative coding counts with. Only what it needs.

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"

#include <compare>
#include <cstdint>
#include <vector>

namespace ratescope::media {

class Natural {
  public:
    Natural() = default;  ///< 0
    explicit Natural(std::uint64_t value);

    bool isZero() const { return words_.empty(); }
    /// Bits without leading zeros; 0 for 0.
    std::uint64_t width() const;
    bool operator==(const Natural&) const = default;
    std::strong_ordering operator<=>(const Natural& other) const;

    Natural& operator+=(const Natural& other);
    /// `other` is not the greater one.
    Natural& operator-=(const Natural& other);
    /// × multiplier / divisor, which must leave no remainder; the divisor is not 0.
    void scale(std::uint32_t multiplier, std::uint32_t divisor);

    /// In `bits` bits, the highest first; it has no more.
    void put(BitWriter& writer, std::uint64_t bits) const;
    /// Throws Error(Input) when fewer bits are left.
    static Natural get(BitReader& reader, std::uint64_t bits);

  private:
    void trim();

    std::vector<std::uint32_t> words_;  ///< the lowest first; the last is not 0
};

}  // namespace ratescope::media
