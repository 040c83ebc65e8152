#pragma once

// The one bridge between the house's arrays and LibTorch's tensors: views both ways, without a copy.

#include "core/buffer/buffer.h"

#include <ATen/core/Tensor.h>

namespace ratescope::engine {

/// The array's elements as a tensor on the CPU, of the same shape and element type, that keeps the array's memory
/// alive. No copy: the memory is shared, may be a mapped file that can't be written, and must not be changed through
/// the tensor.
at::Tensor tensorOf(const Array& array);

/// The tensor's elements as an array that keeps the tensor's memory alive. No copy where the tensor lies contiguous on
/// the CPU, else one that does. Throws Error(Internal) for an element type that arrays don't have (complex,
/// quantised).
Array arrayOf(const at::Tensor& tensor);

/// Throws Error(Internal) for an element type that arrays don't have.
DType dtypeOf(at::ScalarType type);
at::ScalarType scalarTypeOf(DType type);

}  // namespace ratescope::engine
