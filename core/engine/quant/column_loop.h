#pragma once

// The one error-compensated column loop that GPTQ, SparseGPT, SpQR and VPTQ share (arXiv 2210.17323, algorithm 1).
//
// Columns of W are quantised in the factor's order. With U the upper factor, H⁻¹ = UᵀU, column j leaves the error
// e_j = (w_j − q_j)/U_jj, and each later column k becomes w_k − e_j·U_jk. Errors are applied when a column is due,
// always one after the other in the order of the columns, so that blocks, tiles and threads change no bit.
// Rows go in tiles that stay in the cache; a column of a tile is contiguous.

#include "core/engine/quant/factor.h"
#include "core/engine/quant/matrix.h"
#include "core/media/quality/execution.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

/// Consecutive rows, all their columns in loop order.
struct RowTile {
    std::int64_t firstRow = 0, rows = 0;
    std::int64_t stride = 0;     ///< floats from column to column; those past `rows` are padding
    std::vector<float> weights;  ///< as compensated so far
    std::vector<float>
        corrections;  ///< the sum in them of what compensates; of a quantised column its errors
    std::vector<std::int64_t> applied;  ///< by column: how many columns' errors it has taken

    std::span<const float> column(std::int64_t number) const {
        return {weights.data() + number * stride, static_cast<std::size_t>(rows)};
    }
};

/// What the loop makes of a column. Tiles are worked on at once: each call writes what belongs to its rows only.
class ColumnQuantiser {
  public:
    virtual ~ColumnQuantiser() = default;
    /// Rows that must lie in one tile: tiles hold whole units (the last one of the matrix may be short).
    virtual std::int64_t rowUnit() const { return 1; }
    /// startGroup() is called whenever so many columns begin (0: never), and sees them compensated.
    virtual std::int64_t groupSize() const { return 0; }
    /// startBlock() is called whenever so many columns begin (0: never), with all rows at that point.
    virtual std::int64_t blockSize() const { return 0; }
    virtual void startBlock(std::span<const RowTile> /*tiles*/, std::int64_t /*first*/,
                            std::int64_t /*count*/) {}
    virtual void startGroup(const RowTile& /*tile*/, std::int64_t /*first*/, std::int64_t /*count*/) {}
    /// The values that stand for tile.column(column), by row of the tile. `column` counts in loop order.
    virtual void quantise(const RowTile& tile, std::int64_t column, std::span<float> quantised) = 0;
};

struct ColumnLoopResult {
    Matrix<float> quantised;  ///< Ŵ [m, n], columns in their original order
    double loss = 0;  ///< Σ e² = tr((W−Ŵ)·H·(W−Ŵ)ᵀ) with the damped H, W after dead inputs are zeroed
};

/// `weights` W [m, n]; `factor` of an H [n, n]. Columns of dead inputs are taken as zero. Errors are applied to
/// `lazyColumns` columns at a time (any number ≥ 1: no effect on the result). Throws Error(Input) when the shapes
/// don't go together; `name` names the weights.
ColumnLoopResult runColumnLoop(const std::string& name, const Matrix<float>& weights,
                               const InverseFactor& factor, ColumnQuantiser& quantiser,
                               const media::Execution& execution = {}, std::int64_t lazyColumns = 128);

}  // namespace ratescope::engine
