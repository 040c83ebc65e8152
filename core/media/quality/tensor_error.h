#pragma once

// How far a tensor set lies from its reference.

#include "core/media/node/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media {

struct TensorError {
    std::string name;
    std::uint64_t elements = 0;
    double squaredError = 0;     ///< Σ (candidate − reference)²
    double referenceEnergy = 0;  ///< Σ reference²
    double largestError = 0;     ///< max |candidate − reference|
    bool searched = false;       ///< see searched.h
};

/// ‖ŵ − w‖ / ‖w‖ of sums of squares; 0 where both are zero, infinite where only the reference is.
double relativeError(double squaredError, double referenceEnergy);

/// One entry for each floating-point tensor of the reference, in its order. Elements are converted exactly to
/// double (F16, BF16, F32, F64; the candidate's type may differ from the reference's) and summed in double,
/// in blocks of 4096. Tensors of other types are not compared, but must be there with the same shape. Throws
/// Error(Input) that names the tensor: missing, extra, of another shape, not floating-point in the candidate,
/// NaN or infinite in either.
std::vector<TensorError> tensorErrors(const TensorSet& reference, const TensorSet& candidate);

}  // namespace ratescope::media
