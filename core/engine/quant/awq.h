#pragma once

// AWQ (arXiv 2306.00978): inputs that are strong get finer steps, by scaling their columns before round to nearest
// and back after it; then each group's range is clipped where that helps.

#include "core/engine/quant/gptq.h"
#include "core/engine/quant/matrix.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

struct AwqSettings {
    GroupSettings groups;
    bool clip = true;  ///< not for q and k, whose product the clipping would spoil
};

/// The linears that read the same inputs (q, k, v) share one scale; all are W [m, n] of the same n.
struct AwqLinear {
    std::string name;
    Matrix<float> weights;
};

/// The error of the parent module with these restored weights, in the order of the linears.
using ParentLoss = std::function<double(const std::vector<Matrix<float>>&)>;

struct AwqScale {
    double alpha = 0;  ///< of 0, 0.05, … 0.95 the one with the least loss (the first of equal ones)
    std::vector<float> inputScales;  ///< t [n], halves above 0: what is quantised is W·diag(t)
    double loss = 0;
};

/// `meanMagnitudes` a_j = mean|x_j| [n]: t = max(a^α, 1e-4)/√(max t·min t), rounded to half precision before it is
/// tried, so that the loss is that of what is stored; no α is taken whose t is too large for that. Throws Error(Input)
/// for another length, and for negative, NaN or infinite values.
AwqScale searchAwqScale(const std::vector<AwqLinear>& linears, std::span<const float> meanMagnitudes,
                        const GroupSettings& settings, const ParentLoss& loss);

/// Ranges of groups shrunk to 0.55 in steps of 0.05, where that lowers the group's own output error δᵀ·H_group·δ:
/// the weights with each group limited to ±its range. Groups lie as in roundToNearest().
Matrix<float> clipped(const std::string& name, Matrix<float> weights, const Matrix<double>& hessian,
                      const GroupSettings& settings, const media::Execution& execution = {});

struct AwqQuantised {
    GroupQuantised stored;           ///< of W·diag(t), clipped
    std::vector<float> inputScales;  ///< t
    Matrix<float> weights;           ///< Ŵ = Q(W·diag t)·diag(1/t)
};

/// One linear with a scale that was found; `hessian` [n, n] of its inputs, unscaled, for the clipping.
AwqQuantised awq(const AwqLinear& linear, const AwqScale& scale, const Matrix<double>& hessian,
                 const AwqSettings& settings, const media::Execution& execution = {});
/// Without a Hessian: the same as with an identity, inputs that are independent and of equal strength.
AwqQuantised awq(const AwqLinear& linear, const AwqScale& scale, const AwqSettings& settings,
                 const media::Execution& execution = {});

}  // namespace ratescope::engine
