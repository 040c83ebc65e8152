#pragma once

// BitStack (arXiv 2410.23918): weights as a stack of blocks, each the signs of what the blocks before it leave times a
// magnitude of low rank: Ŵ = Σ_t S_t ⊙ (u_t·v_t). Any number of blocks from the first on is a model. Needs no LibTorch.

#include "core/engine/quant/matrix.h"
#include "core/media/quality/execution.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

struct BitstackSettings {
    std::int64_t blocks = 8;  ///< I
    std::int64_t rank =
        0;              ///< k; 0: the largest that adds no more than a quarter of a bit a weight, at least 1
    bool signs = true;  ///< else plain factors, with as much more rank as the signs would take (the ablation)
    std::uint64_t seed = 0;  ///< of the search for singular vectors
};

/// What one block of a matrix [m, n] is made of; k is never more than min(m, n).
struct BitstackShape {
    std::int64_t rows = 0, columns = 0, rank = 0;
    bool signs = true;

    std::int64_t signCount() const { return signs ? rows * columns : 0; }
    std::int64_t signBytes() const { return (signCount() + 7) / 8; }      ///< the last padded with zeros
    std::int64_t factorCount() const { return rank * (rows + columns); }  ///< of 16 bits each
    std::int64_t bytes() const { return signBytes() + 2 * factorCount(); }
    bool operator==(const BitstackShape&) const = default;
};

/// `rank` and `signs` as in the settings. Without signs k is mn/(16(m + n)), rounded down, more.
BitstackShape bitstackShape(std::int64_t rows, std::int64_t columns, std::int64_t rank, bool signs);

struct BitstackBlock {
    /// Row by row, most significant bit first, 1 for + and for 0.
    std::vector<std::uint8_t> signs;
    std::vector<std::uint16_t> left, right;  ///< u [m, k] and v [k, n], half precision
};

struct BitstackStack {
    BitstackShape shape;
    std::vector<BitstackBlock> blocks;
    std::vector<double> energies;  ///< ‖R_t‖², of what t blocks leave, t = 0 … blocks
};

/// Decomposes W [m, n], not empty. The factors are rounded before they are taken away, so that later blocks mend that.
/// Throws Error(Input) that names the tensor for NaN, infinite and too large weights, Error(Usage) for no blocks or a
/// negative rank.
BitstackStack bitstack(const std::string& name, const Matrix<float>& weights,
                       const BitstackSettings& settings, const media::Execution& execution = {});

/// Adds S ⊙ (u·v) to the weights. The block's sizes are those of the shape.
void addBlock(Matrix<float>& weights, const BitstackShape& shape, const BitstackBlock& block,
              const media::Execution& execution = {});

/// The order in which blocks are loaded beyond the first of each stack: numbers of stacks. All stacks grow to b blocks
/// before one grows to b + 1. `scores` [levels, stacks]: row b − 1 for the blocks b + 1; smaller ones come first, equal
/// ones as the stacks lie. A NaN stands for the same stack's score at the next level, and that level's greatest one
/// on top. Throws Error(Input) for a NaN at the last level, with the stack's name of `names`.
std::vector<std::int64_t> blockOrder(Matrix<double> scores, std::span<const std::string> names);

/// By how much energy a byte of each block beyond the first takes away, most first; all stacks have as many blocks.
Matrix<double> energyScores(std::span<const BitstackStack> stacks);

}  // namespace ratescope::engine
