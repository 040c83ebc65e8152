#pragma once

// A subset of k of n positions as a number below C(n, k), in exactly ⌈log2 C(n, k)⌉ bits. T. Cover, "Enumerative source
// encoding", IEEE Transactions on Information Theory 19(1), 1973. The number is Σ C(p_i, i) over the positions
// p_1 < p_2 < … < p_k, counted from 0, so that it does not depend on n. n and k are the caller's to store.
//
// Many small subsets (N:M masks): MaskCode. Large ones: SubsetCode, whose time grows with n². Where n is beyond its
// limit, cut the positions into pieces, or code each position with a RangeEncoder at the exact probability (k left) /
// (n left): RangeEncoder::encode takes such totals, and the whole costs at most a byte more.

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/natural.h"

#include <cstdint>
#include <span>

namespace ratescope::media {

/// Subsets of up to 2^16 positions, as ascending lists. Both ways a large code takes about n operations on numbers of
/// ⌈log2 C(n, k)⌉ bits: milliseconds for n = 4,096, around a second at the limit.
class SubsetCode {
  public:
    static constexpr std::uint32_t mostPositions = 1 << 16;

    /// Throws Error(Input) on more than 2^16 positions, and on more chosen ones than there are.
    SubsetCode(std::uint32_t positions, std::uint32_t chosen);

    const Natural& count() const { return count_; }  ///< C(n, k)
    std::uint64_t bits() const { return bits_; }     ///< ⌈log2 C(n, k)⌉

    /// `subset`: k positions below n, each above the one before; else Error(Internal).
    Natural rank(std::span<const std::uint32_t> subset) const;
    /// Fills `subset`, of size k. Throws Error(Input) when `rank` is not below C(n, k).
    void unrank(Natural rank, std::span<std::uint32_t> subset) const;

    void put(BitWriter& writer, std::span<const std::uint32_t> subset) const;
    /// Throws Error(Input) at the end of the stream and on a number that is not below C(n, k).
    void get(BitReader& reader, std::span<std::uint32_t> subset) const;

  private:
    void requireSize(std::size_t size) const;

    std::uint32_t positions_;
    std::uint32_t chosen_;
    Natural count_;
    std::uint64_t bits_ = 0;
};

/// Subsets of up to 64 positions as masks, bit p for the position p. The same numbers as SubsetCode, from a table.
class MaskCode {
  public:
    static constexpr int mostPositions = 64;

    /// Throws Error(Input) as SubsetCode.
    MaskCode(int positions, int chosen);

    std::uint64_t count() const { return count_; }
    int bits() const { return bits_; }

    /// `mask`: k ones among the n lowest bits, no other; else Error(Internal).
    std::uint64_t rank(std::uint64_t mask) const;
    std::uint64_t unrank(std::uint64_t rank) const;

    void put(BitWriter& writer, std::uint64_t mask) const { writer.put(rank(mask), bits_); }
    std::uint64_t get(BitReader& reader) const { return unrank(reader.get(bits_)); }

  private:
    int positions_;
    int chosen_;
    std::uint64_t count_ = 0;
    int bits_ = 0;
};

}  // namespace ratescope::media
