#pragma once

// Decoders of one group of DFloat11 as slow as they are plain, to check the fast one: they share no code with it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media::test {

struct Dfloat11Group {
    std::span<const std::byte> exponents;
    std::vector<std::uint8_t> gaps;        ///< by chunk of 64 bits
    std::vector<std::uint32_t> positions;  ///< by block, and the number of weights
    std::span<const std::byte> tables;     ///< K look-up tables and the lengths
    std::size_t chunksOfBlock = 512;
};

/// The paper's kernel: each thread counts the codes that start in its chunk, a prefix sum says where its weights
/// go, and it decodes them again. Look-ups by the stored tables.
std::vector<std::uint8_t> decodeAsKernel(const Dfloat11Group& group);

/// Bit by bit, by a tree of the canonical code with these lengths (the last is the end symbol's), from the start.
std::vector<std::uint8_t> decodeByTree(std::span<const std::byte> exponents, std::size_t weights,
                                       std::span<const std::uint8_t> lengths);

}  // namespace ratescope::media::test
