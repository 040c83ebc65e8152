#pragma once

// The CUDA kernels, loaded when a device asks for them: ../lib/libratescope-cuda.so of the program's folder. The build
// has it only where nvcc was there, and nothing links it, so the same programs run with and without a GPU.

#include "core/engine/device/cuda/kernels.h"

namespace ratescope::engine {

/// Whether this build has them.
bool cudaKernelsAreBuilt();

/// Loaded by the first call, and never unloaded. Throws Error(Resource) where this build has none, or where they can't
/// be loaded.
const CudaKernels& cudaKernels();

/// How many CUDA devices can run them: 0 where this machine has no driver. Throws as cudaKernels() does, and
/// Error(Resource) where the driver fails.
int cudaKernelDevices();

/// What a function of CudaKernels returned: throws Error(Resource) unless it is 0.
void checkCuda(int error);

}  // namespace ratescope::engine
