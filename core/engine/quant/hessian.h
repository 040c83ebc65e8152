#pragma once

// Calibration: the second moment of a linear's inputs, H = 2/S·Σ XᵀX over S sequences, in fp64. It is the one thing
// that error-compensated quantisers know of the data; only its relative scale matters. Linears that read the same
// activations (q, k, v; gate, up) share one. Sums of parts can be merged, kept and gone on with.

#include "core/engine/quant/matrix.h"
#include "core/media/node/value.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ratescope::engine {

struct Hessian {
    Matrix<double> values;       ///< [n, n]; symmetric
    std::int64_t sequences = 0;  ///< S
};

/// By the name of the linear's weight tensor.
using Hessians = std::map<std::string, Hessian>;

/// The schema of a TensorSet of Hessians.
inline constexpr const char* hessianSchema = "hessians";

/// Adds the activations [..., tokens, n] of `sequences` sequences: products in fp32, sums in fp64. `sum` starts
/// empty. Throws Error(Input) that names the linear for other than floating-point activations, no tokens, NaN or
/// infinite values, and another n than before.
void accumulate(Hessian& sum, const std::string& name, const at::Tensor& activations, std::int64_t sequences);

/// As if the sequences of both had been seen by one. Throws Error(Input) when sizes differ.
Hessian merged(const std::string& name, const Hessian& a, const Hessian& b);

/// Puts the Hessian that linears of these names share into a set: one F64 tensor [n, n] for each name, all of the same
/// memory; the metadata holds "sequences:NAME".
void addTo(media::TensorSet& set, const std::vector<std::string>& names, const Hessian& hessian);
/// A set of all.
media::TensorSet toTensorSet(const Hessians& hessians);
/// Inverse; F32 is taken too. Throws Error(Input) when the schema is another, a tensor is not square, not
/// symmetric to 1e-4 of its diagonal's mean, not finite or not floating-point, or its sequences are missing.
Hessians hessiansFrom(const media::TensorSet& set);
/// One linear's, without copying the others. Throws Error(Input) as above, and when it is missing.
Hessian hessianOf(const media::TensorSet& set, const std::string& name);

}  // namespace ratescope::engine
