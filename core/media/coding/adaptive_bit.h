#pragma once

// A context of the adaptive binary coder: how likely its next bit is a one, learned from the bits that it has seen. A
// plain value, four bytes, for arrays of the caller: one for each thing that tells bits apart. RangeEncoder::encode
// codes a bit and lets its context see it; bits of many contexts and all other symbols share one stream.
//
// The estimate moves towards each bit by a fraction 2^−k of the distance: k is 1 for the first bit, grows with the
// number of bits seen, about as the estimate of Krichevsky and Trofimov does (1981), and stays at `slowest`, so that
// old bits are forgotten. In integers, the same on every machine.

#include <bit>
#include <cstdint>

namespace ratescope::media {

class AdaptiveBit {
  public:
    static constexpr int precision = 15;  ///< bits of a probability

    /// A context that has seen nothing. `slowest`: 1 … 8. The estimate follows the last 2^slowest bits or so, and a bit
    /// costs at least 1.44 · (2^slowest − 1) / 2^15 bits in the long run.
    explicit constexpr AdaptiveBit(int slowest = 5) : slowest_(static_cast<std::uint8_t>(slowest)) {
        if (slowest < 1 || slowest > 8) refuse();
    }

    /// Probability of a one × 2^15, 1 … 2^15 − 1.
    constexpr std::uint32_t ofOne() const { return ofOne_; }
    /// Bits that `bit` costs now.
    double codeLength(bool bit) const;
    /// What comes of a probability within 1 … 2^15 − 1 is within it too: no step is longer than half the way.
    constexpr void saw(bool bit) {
        const int shift = std::bit_width(std::uint32_t{seen_} + 1);
        if (shift < slowest_) ++seen_;
        const int step = shift < slowest_ ? shift : slowest_;
        const std::uint32_t ones = ofOne_;
        ofOne_ = static_cast<std::uint16_t>(bit ? ones + (((1U << precision) - ones) >> step)
                                                : ones - (ones >> step));
    }

  private:
    [[noreturn]] static void refuse();

    std::uint16_t ofOne_ = 1U << (precision - 1);
    std::uint8_t seen_ = 0;  ///< bits, until they make no difference any more
    std::uint8_t slowest_;
};

}  // namespace ratescope::media
