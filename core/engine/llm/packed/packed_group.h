#pragma once

// 32 weights of a row on their way into a tile of packed_matrix.h: quantised from floats, or out of ggml's blocks.

#include "core/engine/llm/packed/packed_matrix.h"

#include <array>
#include <optional>

namespace ratescope::engine {

struct PackedGroup {
    std::array<std::uint8_t, PackedTiles::columnsOfGroup> codes{};
    std::uint16_t scale = 0;    ///< half precision
    std::uint16_t minimum = 0;  ///< half precision; of AsymmetricFour only
};

/// Neither infinite nor NaN, of half precision.
bool isFiniteHalf(std::uint16_t half);

/// As ggml's reference quantisers do it (quantize_row_q4_0_ref, _q4_1_ref, _q8_0_ref). 1 to 32 finite values; codes
/// beyond them stand for 0, or for the minimum. Nothing where the scale exceeds half precision.
std::optional<PackedGroup> quantisedGroup(PackedFormat format, std::span<const float> values);

/// Of Q4_0, Q4_1 or Q8_0.
std::size_t bytesOfBlock(media::BlockFormat blocks);
PackedGroup groupOfBlock(media::BlockFormat blocks, std::span<const std::byte> block);

/// Of a tile's row.
void placeGroup(const PackedTiles& layout, std::byte* tile, std::size_t row, std::size_t index,
                const PackedGroup& group);
PackedGroup takenGroup(const PackedTiles& layout, const std::byte* tile, std::size_t row, std::size_t index);

}  // namespace ratescope::engine
