#pragma once

// Pruning: weights set to zero by magnitude, by Wanda's score (arXiv 2306.11695) or by SparseGPT, which compensates
// them in the columns to come (arXiv 2301.00774). Exactly as many as asked for: of equal scores those that lie first.

#include "core/engine/quant/column_loop.h"
#include "core/engine/quant/matrix.h"

#include <cstdint>
#include <span>
#include <string>

namespace ratescope::engine {

/// Unstructured, or N of each run of M inputs of a row.
struct PrunePattern {
    double sparsity = 0.5;       ///< share of zeros, 0 … 1, where there are no runs
    std::int64_t runLength = 0;  ///< M; 0: no runs. A row's last run may be shorter: of r inputs ⌊N·r/M⌋ go
    std::int64_t runZeros = 0;  ///< N, 0 … M
};

/// Zeroes the ⌊s·m·n⌋ smallest |w| of the matrix, or the N smallest of each run. All three throw Error(Input) that
/// names the weights for NaN or infinite ones, Error(Usage) for a pattern out of range.
Matrix<float> pruneByMagnitude(const std::string& name, Matrix<float> weights, const PrunePattern& pattern);

/// Score |w_ij|·‖x_j‖₂ with ‖x_j‖₂ = √H_jj (its scale does not matter); the lowest ⌊s·n⌋ of each row. `diagonal` is
/// H's, of n inputs; throws Error(Input) for another length and for negative, NaN or infinite values.
Matrix<float> pruneWanda(const std::string& name, Matrix<float> weights, std::span<const double> diagonal,
                         const PrunePattern& pattern);

/// Scores w²/U_jj² on the compensated weights: of each block of `maskColumns` columns the lowest ⌊s·count⌋ when it
/// begins, or in each run when that begins. Runs need a factor whose columns lie in their own order: Error(Usage).
ColumnLoopResult pruneSparseGpt(const std::string& name, const Matrix<float>& weights,
                                const InverseFactor& factor, const PrunePattern& pattern,
                                const media::Execution& execution = {}, std::int64_t maskColumns = 128);

/// The same with exactly `zeros` of the matrix's weights chosen, spread over the blocks of columns as evenly as whole
/// numbers allow: for levels that differ by a number of weights (EvoPress, arXiv 2410.14649). Throws Error(Usage) unless
/// 0 ≤ zeros ≤ m·n.
ColumnLoopResult pruneSparseGptTo(const std::string& name, const Matrix<float>& weights,
                                  const InverseFactor& factor, std::int64_t zeros,
                                  const media::Execution& execution = {}, std::int64_t maskColumns = 128);

/// Matrices with more columns are stored as a bitmap, never as rows: a row that holds nothing takes a row pointer alone,
/// so that this is how many weights a hostile stream can ask for with four bytes. No encoder could come to wider ones
/// when there was no limit yet: with Hessian or without, it made a matrix [n, n] in fp64, half a tebibyte at this width.
inline constexpr std::int64_t mostRowColumns = std::int64_t{1} << 18;

/// Bits that store the non-zeros, values of `valueBits`: the smaller of a bitmap and, up to mostRowColumns, of rows of
/// (value, 16-bit column; 32 where there are more than 65536) with 32-bit row pointers.
std::uint64_t sparseBits(const Matrix<float>& weights, int valueBits);
/// Bits of runs: a value and its place in the run for each that the pattern keeps.
std::uint64_t runBits(std::int64_t rows, std::int64_t columns, const PrunePattern& pattern, int valueBits);

}  // namespace ratescope::engine
