#pragma once

// Two thin factors in place of a matrix, W [m outputs, n inputs] ≈ L·R: what is stored of them, what they multiply to,
// and which rank each layer of a model gets. Source of the rules: arXiv 2207.00112. No LibTorch here: streams are read
// without it; weighted_svd.h makes the factors.

#include "core/engine/quant/matrix.h"
#include "core/media/quality/execution.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

/// L [m, r] and R [r, n], half precision.
struct LowRank {
    Matrix<std::uint16_t> left, right;
};

/// Adds L·R to `sum` [m, n], in F32 and in the order of the ranks, so that threads change no bit.
void addProduct(std::span<float> sum, const LowRank& factors, const media::Execution& execution = {});

/// Whether factors of that rank have fewer numbers than the matrix, r·(m + n) < m·n.
bool pays(std::int64_t rank, std::int64_t outputs, std::int64_t inputs);

/// max(1, ⌊ratio·m·n/(m + n)⌋), or 0 where that does not pay: the matrix stays as it is.
std::int64_t uniformRank(std::int64_t outputs, std::int64_t inputs, double ratio);

/// What a layer's ranks are worth.
struct Spectrum {
    std::int64_t outputs = 0, inputs = 0;
    std::vector<double> energies;  ///< σ_k² of the weighted matrix, descending
};

/// Σ_{k ≥ rank} of the energies over all of them: what a rank leaves undone of the weighted square. 0 where all are 0.
double tailShare(std::span<const double> energies, std::int64_t rank);

/// A rank for each layer within ⌊ratio·Σ m·n⌋ numbers, 0 where the matrix stays as it is. Each starts at rank 1, also
/// where that alone is more; then the best step of all goes first: one rank more is worth σ_k² for m + n numbers, the
/// last step of a layer, to the whole matrix, all that is left of its energy.
std::vector<std::int64_t> spreadRanks(std::span<const Spectrum> layers, double ratio);

}  // namespace ratescope::engine
