#pragma once

// The best factors of a rank where the rows of one side count differently: with D the diagonal of √weights,
// ‖(W − Ŵ)·D‖ (inputs) or ‖D·(W − Ŵ)‖ (outputs) is least for the truncated SVD of the weighted matrix, taken back. W is
// [m outputs, n inputs] as LibTorch's linears have it, the transpose of the paper's. Source: arXiv 2207.00112, section 4.

#include "core/engine/quant/low_rank.h"

#include <ATen/core/Tensor.h>

#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

enum class WeightedAxis { Inputs, Outputs };

/// D's diagonal: √(s/max s + floor), of the Fisher sums s of one side. Ones where all sums are 0, which tell nothing.
/// Throws Error(Input) that names the layer for NaN, infinite or negative sums, Error(Usage) for a negative floor.
std::vector<double> diagonalOf(const std::string& name, std::span<const double> fisherSums, double floor);

/// σ_k² of the weighted matrix, descending. Throws as WeightedSvd's constructor.
std::vector<double> energies(const std::string& name, const at::Tensor& weights,
                             std::span<const double> diagonal, WeightedAxis axis);

/// L [m, r] and R [r, n], F64.
struct ExactFactors {
    at::Tensor left, right;
};

class WeightedSvd {
  public:
    /// Of `weights` [m, n] in any floating-point type; computed in F64. The diagonal has n or m entries, by the axis.
    /// Throws Error(Input) that names the layer for empty matrices, NaN and infinite weights, Error(Internal) for
    /// another length of the diagonal.
    WeightedSvd(std::string name, const at::Tensor& weights, std::span<const double> diagonal,
                WeightedAxis axis);

    const std::vector<double>& energies() const { return energies_; }  ///< as above; min(m, n) of them
    /// Balanced: both sides hold √σ_k. Rows and columns of weight 0 are 0. Throws Error(Usage) that names the layer for
    /// a rank below 1 or above min(m, n).
    ExactFactors factors(std::int64_t rank) const;
    /// As they are stored. Throws Error(Input) too where a number is too large for half precision.
    LowRank stored(std::int64_t rank) const;

  private:
    std::string name_;
    WeightedAxis axis_;
    at::Tensor u_, roots_, v_, inverse_;  ///< U, √σ, Vᵀ and D⁻¹
    std::vector<double> energies_;
};

}  // namespace ratescope::engine
