#pragma once

// S1 of the specification of weight baselines: a linear layer with correlated inputs of very different strength and
// heavy-tailed weights, small enough for tests of seconds.

#include "core/engine/quant/hessian.h"
#include "core/engine/quant/matrix.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace ratescope::engine::test {

struct SyntheticLayer {
    Matrix<float> weights;      ///< [m, n]
    Matrix<float> activations;  ///< [tokens, n]
    Hessian hessian;
};

struct LayerShape {
    std::int64_t outputs = 128, inputs = 256, tokens = 2048;
    bool gaussianWeights = false;  ///< else Student's t with 5 degrees of freedom
};

/// X = Z·(Q·diag(i^−0.4)·Qᵀ)·diag(exp(0.8·g)), W ~ t₅/√n.
SyntheticLayer syntheticLayer(std::uint64_t seed, const LayerShape& shape = {});

/// tr((Ŵ−W)·H·(Ŵ−W)ᵀ).
double proxyLoss(const Matrix<float>& restored, const Matrix<float>& weights, const Matrix<double>& hessian);
/// ρ = tr((Ŵ−W)·H·(Ŵ−W)ᵀ)/tr(W·H·Wᵀ).
double relativeLoss(const Matrix<float>& restored, const SyntheticLayer& layer);
/// S1 for seeds 0 … 4, made once.
const std::vector<SyntheticLayer>& syntheticLayers();
/// Mean of ρ over these.
double meanLoss(const std::function<Matrix<float>(const SyntheticLayer&)>& compress);

/// A layer for what holds of any: identities, bounds, hostile input.
const SyntheticLayer& small();
/// Within a share of the anchor; else says both numbers.
bool isNear(double value, double anchor, double tolerance);

/// H of activations X, as accumulate() gives it.
Hessian hessianOfActivations(const Matrix<float>& activations);
Matrix<float> diagonalMatrix(std::int64_t size, const std::function<float(std::int64_t)>& value);
/// H of independent inputs.
Matrix<double> diagonalHessian(const std::vector<double>& diagonal);
/// Diagonals of as many inputs as small() has: all 1, and uneven ones with dead inputs among them.
std::vector<std::vector<double>> independentInputs();

}  // namespace ratescope::engine::test
