#pragma once

// The inner loops of gemv.h in plain C++, for AVX2 and for AVX-512 with VNNI. All give the same bits: integer products
// are exact, and floats are multiplied and added in one order, without contraction.
//
// Quantised activations: of a row, group after group is added
//     float(Σ (code − zero) · activation) · (scale · activation scale) + minimum · activation scale · activation sum.
// Activations in single precision: the columns c with equal c mod 4 are added in order, each weight being what
// PackedMatrix::row gives; then (s0 + s1) + (s2 + s3).

#include "core/engine/llm/packed/activations.h"
#include "core/engine/llm/packed/packed_matrix.h"

#include <cstring>

namespace ratescope::engine {

/// Tiles `first` to `last − 1` of the matrix with all tokens of the activations. `out` is [tokens, rows].
using TileKernel = void (*)(const PackedTiles& matrix, const Activations& activations, std::size_t first,
                            std::size_t last, float* out);

struct GemvKernels {
    TileKernel quantised;  ///< formats with codes
    TileKernel floats;     ///< every format
};

extern const GemvKernels scalarGemvKernels;
extern const GemvKernels avx2GemvKernels;
extern const GemvKernels avx512GemvKernels;

constexpr std::size_t floatChains = 4;

/// The rows of a tile that the matrix has.
inline void storeRows(const PackedTiles& matrix, std::size_t tile, const float* rows, float* out) {
    const std::size_t from = tile * PackedTiles::rowsOfTile;
    const std::size_t count = matrix.rows - from;
    std::memcpy(out + from, rows,
                sizeof(float) * (count < PackedTiles::rowsOfTile ? count : PackedTiles::rowsOfTile));
}

/// One tile with one token's activations in single precision.
using FloatTile = void (*)(const PackedTiles& matrix, std::size_t tile, const float* values, float* out);

/// TileKernel `floats` of kernels that have a loop for each format, in the order of PackedFormat.
template <std::size_t formats>
void floatTiles(const FloatTile (&byFormat)[formats], const PackedTiles& matrix,
                const Activations& activations, std::size_t first, std::size_t last, float* out) {
    const FloatTile kernel = byFormat[static_cast<std::size_t>(matrix.format)];
    for (std::size_t tile = first; tile < last; ++tile)
        for (std::size_t token = 0; token < activations.tokens(); ++token)
            kernel(matrix, tile, activations.values() + token * matrix.groups * PackedTiles::columnsOfGroup,
                   out + token * matrix.rows);
}

}  // namespace ratescope::engine
