#pragma once

// What libratescope-cuda.so gives: our kernels, and as much of CUDA's runtime as it takes to call them without linking
// it. The library is loaded (library.h), never linked.

#include "core/engine/device/cuda/group_codes.h"
#include "core/engine/device/cuda/packed_product.h"

#include <cstddef>

namespace ratescope::engine {

/// Each returns 0, or the number of CUDA's error. Kernels run in the device's default stream, after all that was given
/// to it before; copyToHost waits for them. The device that is current in the calling thread stays so.
struct CudaKernels {
    int (*devices)(int* count);  ///< 0 of them, and no error, without a driver
    int (*allocate)(int device, std::size_t bytes, void** memory);
    int (*release)(int device, void* memory);
    int (*copyToDevice)(int device, void* to, const void* from, std::size_t bytes);
    int (*copyToHost)(int device, void* to, const void* from, std::size_t bytes);
    int (*multiply)(int device, const PackedProduct* product);
    int (*encode)(int device, const GroupCodes* job);
    int (*decode)(int device, const GroupCodes* job);
    const char* (*text)(int error);
};

/// The one symbol of the library, a function without arguments.
using CudaKernelsSymbol = const CudaKernels* (*)();
constexpr const char* cudaKernelsSymbol = "ratescopeCudaKernels";

}  // namespace ratescope::engine
