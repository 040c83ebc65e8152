#pragma once

// SpQR's dense part in words for kernels: tiles of 16 × 16 weights, a 64-bit word a row of a tile, exactly 4 bits a
// weight where 16 divides both sides. For 3-bit codes, scales and zeros, and groups of 16 inputs and 16 rows.
//
// From the lowest bit: scale code (3), zero code (3), 16 codes (3 each), 8 bits of the tile's second level, 2 spare. The
// second level's four halves make 64 bits, of which row r holds byte r mod 8: both halves of a tile have it whole.

#include "core/engine/quant/spqr.h"

#include <cstdint>
#include <vector>

namespace ratescope::engine {

struct SpqrTiles {
    std::int64_t rows = 0, columns = 0;  ///< of the matrix; tiles at its ends are padded with zeros
    std::vector<std::uint64_t>
        words;  ///< tile after tile along the columns, 16 words each, then the next 16 rows
};

/// Throws Error(Usage) for other widths and group sizes. Outliers and permutation stay with `stored`.
SpqrTiles packTiles(const SpqrStored& stored);

/// Codes, scales, zeros and second level, without outliers and permutation.
SpqrStored unpackTiles(const SpqrTiles& tiles);

/// The dense part [m, n] in loop order.
Matrix<float> dequantisedInOrder(const SpqrTiles& tiles);

}  // namespace ratescope::engine
