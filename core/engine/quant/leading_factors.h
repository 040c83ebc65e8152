#pragma once

// The leading singular values and vectors of a matrix by randomised subspace iteration (Halko, Martinsson and Tropp,
// 2011, algorithm 4.4): exact where all of them are asked for, and close where they stand out of the others.

#include "core/engine/quant/matrix.h"
#include "core/media/quality/execution.h"

#include <cstdint>
#include <vector>

namespace ratescope::engine {

struct SubspaceSettings {
    std::int64_t oversampling = 8;  ///< directions that are followed beyond the rank
    int rounds = 12;                ///< products with A·Aᵀ after the first with A
    std::uint64_t seed = 0;         ///< of the directions at the start
};

/// A ≈ left·diag(values)·right. left·leftᵀA is this product, so that ‖A‖² falls by exactly Σ values² where it is taken
/// away, however well the iteration has found the leading vectors.
struct LeadingFactors {
    Matrix<float> left;          ///< U [m, k], columns of length 1, or 0 where A has fewer dimensions
    std::vector<double> values;  ///< σ [k], descending
    Matrix<float> right;         ///< Vᵀ [k, n]
};

/// The first `rank` of A [m, n], which is finite and not empty; 1 ≤ rank ≤ min(m, n), else Error(Internal). Products
/// in single, orthogonalisation in double precision; the number of threads and the vector instructions change no bit.
LeadingFactors leadingFactors(const Matrix<float>& matrix, std::int64_t rank,
                              const SubspaceSettings& settings = {}, const media::Execution& execution = {});

}  // namespace ratescope::engine
