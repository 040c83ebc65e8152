#pragma once

// The one rule of which tensors are selected for compression ("searched"), the same for all weight codecs and
// measures, so that rates per searched weight compare.

#include "core/media/node/value.h"

#include <cstdint>

namespace ratescope::media {

/// F16, BF16, F32 or F64.
bool isFloatingPoint(DType type);

/// Floating-point and of rank 2 or more: matrices and kernels, not biases, norms or integer buffers.
bool isSearched(const Tensor& tensor);

struct WeightCounts {
    std::uint64_t weights = 0;   ///< elements of all floating-point tensors
    std::uint64_t searched = 0;  ///< those of searched ones
};

WeightCounts countWeights(const TensorSet& set);

}  // namespace ratescope::media
