#pragma once

// VPTQ (arXiv 2409.17066): codewords of consecutive rows of one column, chosen column by column in the
// error-compensated loop, with codebooks weighted by the Hessian, a residual codebook, and codebooks of their own for
// the columns that matter most. H is rescaled where weights are normalised; layer-wise fine-tuning needs the model
// and is not here.

#include "core/engine/quant/column_loop.h"
#include "core/engine/quant/vector_codes.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::engine {

struct VptqSettings {
    std::int64_t vectorLength = 4;                                  ///< v1, 1 … 16
    std::int64_t centroids = 256;                                   ///< k1, 1 … 65536
    std::int64_t residualCentroids = 0;                             ///< k2; 0: none
    double outlierShare = 0;                                        ///< N, 0 … 0.1 of the columns
    std::int64_t outlierVectorLength = 4, outlierCentroids = 4096;  ///< v0, k0
    std::int64_t groups = 1;                                        ///< G, 1 … 16
    bool normalise = false;
    bool permute = true;
    bool halfCodebooks = true;  ///< codewords rounded as they are stored, before indices are chosen
    int rounds = 100;
    double tolerance = 1e-5;
    std::uint64_t seed = 0;
    double damping = 0.01;
};

struct VptqQuantised {
    VectorStored stored;
    Matrix<float> weights;  ///< Ŵ [m, n], columns as they lie
    double loss = 0;        ///< Σ e² = tr(Δ·H'·Δᵀ) of the normalised weights
    double damping = 0;     ///< that was used
};

/// W [m, n] and its Hessian [n, n]. Where there are fewer vectors than codewords, there are as many codewords as
/// vectors. Throws as factorInverse() and kMeans(), and Error(Usage) for settings out of range.
VptqQuantised vptq(const std::string& name, const Matrix<float>& weights, const Matrix<double>& hessian,
                   const VptqSettings& settings, const media::Execution& execution = {});

/// Without a Hessian: the same as with an identity, inputs that are independent and of equal strength.
VptqQuantised vptq(const std::string& name, const Matrix<float>& weights, const VptqSettings& settings,
                   const media::Execution& execution = {});

/// Scales and biases of the columns of W: W = scale·W' + bias, W' in 0 … 1; half precision.
struct ColumnNorms {
    std::vector<std::uint16_t> scales, biases;
};
ColumnNorms columnNorms(const std::string& name, const Matrix<float>& weights);

/// The column pass alone: fills the indices of `parts`, whose codebooks are given and which together hold all columns
/// in the factor's order. `left`, if given, becomes what the codewords leave of the columns as compensated, [m, n] in
/// that order.
ColumnLoopResult chooseCodewords(const std::string& name, const Matrix<float>& weights,
                                 const InverseFactor& factor, std::vector<VectorColumns>& parts,
                                 const media::Execution& execution = {}, Matrix<float>* left = nullptr);

}  // namespace ratescope::engine
