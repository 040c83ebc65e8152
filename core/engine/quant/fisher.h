#pragma once

// Calibration: how much a model's loss depends on each weight, as the diagonal of the empirical Fisher information,
// E[(∂L/∂W_ij)²]. A low-rank approximation in closed form can weigh whole rows only, so what is kept are its sums over
// the rows and over the columns. Source: arXiv 2207.00112, section 4. Parts can be merged, kept and gone on with.

#include "core/media/node/value.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

/// Of a linear's weights W [m outputs, n inputs]. Sums over the examples: divided by their number they are the mean.
struct Fisher {
    std::vector<double> inputs;   ///< [n], Σ over outputs and examples of (∂L/∂W_ij)²
    std::vector<double> outputs;  ///< [m], Σ over inputs and examples
    std::int64_t examples = 0;

    bool operator==(const Fisher&) const = default;
};

/// By the name of the linear's weight tensor.
using FisherSums = std::map<std::string, Fisher>;

/// The schema of a TensorSet of such sums.
inline constexpr const char* fisherSchema = "fisher";

/// Adds the square of one example's gradient [m, n], in F64. `sum` starts empty. Throws Error(Input) that names the
/// layer for other than matrices of floating-point numbers, NaN and infinite values, and another shape than before.
void accumulate(Fisher& sum, const std::string& name, const at::Tensor& gradient);

/// As if the examples of both had been seen by one. Throws Error(Input) when shapes differ.
Fisher merged(const std::string& name, const Fisher& a, const Fisher& b);

/// F64 tensors "inputs:NAME" [n] and "outputs:NAME" [m]; the metadata holds "examples:NAME".
media::TensorSet toTensorSet(const FisherSums& sums);
/// Inverse. Throws Error(Input) when the schema is another, one of the two is missing, comes twice, is no vector of F64,
/// or holds NaN, infinite or negative values, or the number of examples is missing.
FisherSums fisherSumsFrom(const media::TensorSet& set);

/// State to go on from.
std::vector<std::byte> toBytes(const FisherSums& sums);
/// Throws Error(Input) for damaged bytes.
FisherSums fisherSumsFrom(std::span<const std::byte> bytes);

}  // namespace ratescope::engine
