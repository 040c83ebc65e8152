#pragma once

// Packed matrices and activations that products are tested with.

#include "core/engine/llm/packed/activations.h"
#include "core/engine/llm/packed/packed_matrix.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

inline constexpr std::array packedFormats{PackedFormat::Float32, PackedFormat::SymmetricFour,
                                          PackedFormat::AsymmetricFour, PackedFormat::SymmetricEight};

struct SampleSize {
    std::size_t rows, columns;
};
inline constexpr std::array<SampleSize, 6> sampleSizes{
    {{1, 32}, {17, 64}, {100, 172}, {192, 576}, {576, 1536}, {47, 5}}};

std::vector<float> gaussian(std::size_t count, unsigned seed, float deviation = 1);
PackedMatrix matrixOf(PackedFormat format, SampleSize size, unsigned seed);
/// Blocks of any bytes: all codes there are, −128 of eight bits too; scales from 2^-24 to 65,504.
PackedMatrix extremeMatrix(media::BlockFormat blocks, std::size_t rows, std::size_t columns);
/// Two tokens of 192: large and small ones, and groups of nothing but.
std::vector<float> extremeActivations();
Activations activationsOf(ActivationFormat format, std::span<const float> values, std::size_t columns);
/// All NaN are one.
std::vector<std::uint32_t> bitsOf(std::span<const float> values);

}  // namespace ratescope::engine
