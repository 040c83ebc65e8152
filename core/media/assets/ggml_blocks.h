#pragma once

// Tensors of language models as floats: plain elements, and the blocks of ggml (github.com/ggml-org/ggml,
// ggml-common.h), in which 32 or 256 neighbours share scales. Exact: products and sums are those of the reference, in
// its order, in single precision.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <span>

namespace ratescope::media {

/// Whole blocks of `format`, as many as `out` has room for. Throws Error(Internal) when the two do not fit.
void dequantiseRow(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out);

/// F32 of the tensor's shape; shares the memory of a plain F32 tensor. Throws Error(Input) where the array is neither
/// floating-point nor blocks.
Array toFloat(const ModelTensor& tensor);

/// Whether all values are finite; of blocks, their scales are looked at.
bool isFinite(const ModelTensor& tensor);

}  // namespace ratescope::media
