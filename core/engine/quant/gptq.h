#pragma once

// Group quantisation of a linear's weights: round to nearest, and GPTQ, which compensates each column's error in the
// columns to come (arXiv 2210.17323). Grids as in grid.h; a group is `groupSize` columns of a row in loop order, the
// last one may be smaller.

#include "core/engine/quant/column_loop.h"
#include "core/engine/quant/grid.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::engine {

struct GroupSettings {
    GridShape grid;
    std::int64_t groupSize = 128;  ///< −1: the whole row
    /// Grids are fitted on the weights as they were, in groups of the original order; then a reader needs no
    /// permutation. Else on the compensated weights when their first column is due.
    bool staticGroups = false;
    bool searchClip = false;  ///< grids with the least Σ|ŵ − w|^2.4 (not at one bit)
    /// The factor's order keeps groups of the original order together (FactorSettings::groupSize): they are the groups,
    /// and a reader needs no permutation either.
    bool keepsGroups = false;
};

/// What is stored of a linear, and what it stands for.
struct GroupQuantised {
    Matrix<std::uint16_t> codes;   ///< [m, n], in the original order of columns
    Matrix<std::uint16_t> scales;  ///< [m, groups] half precision; at one bit the lower levels
    Matrix<std::uint16_t> zeros;   ///< [m, groups] codes of zero; at one bit the upper levels
    std::vector<std::int64_t>
        order;                   ///< of the columns, if groups follow it: place → input; empty: as they lie
    std::int64_t groupSize = 0;  ///< columns; never −1
    Matrix<float> weights;       ///< Ŵ [m, n]
    double loss = 0;             ///< Σ e²; 0 for round to nearest
};

/// Round to nearest. Throws Error(Input) that names the weights for NaN or infinite ones, or ones too large for half
/// precision, Error(Usage) for a group size or width out of range.
GroupQuantised roundToNearest(const std::string& name, const Matrix<float>& weights,
                              const GroupSettings& settings);

/// Throws as roundToNearest() and runColumnLoop().
GroupQuantised gptq(const std::string& name, const Matrix<float>& weights, const InverseFactor& factor,
                    const GroupSettings& settings, const media::Execution& execution = {},
                    std::int64_t lazyColumns = 128);

/// Ŵ [m, n] from what is stored (`weights` and `loss` are not looked at): scale·(code − zero), or the levels.
Matrix<float> dequantised(const GroupQuantised& stored, const GridShape& grid);

/// Bits of codes, scales, zero points (levels) and permutation (16 or 32 bits an input).
std::uint64_t storedBits(const GroupQuantised& stored, const GridShape& grid);

}  // namespace ratescope::engine
