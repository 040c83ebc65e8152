#pragma once

// Where tensor code runs. Nothing links to CUDA: its half of LibTorch is loaded when a device asks for it.

#include <c10/core/Device.h>

#include <string>

namespace ratescope::engine {

/// "cpu"; "cuda" (the first) or "cuda:n"; "auto": the first CUDA device where there is one that can be used, else the
/// CPU. Throws Error(Usage) for another name, and Error(Resource) where a CUDA device is asked for and there is no
/// driver, no libtorch_cuda.so beside libtorch_cpu.so, or no such device.
at::Device chooseDevice(const std::string& name);

/// LibTorch's version and the instruction set that its kernels take here ("2.15.0, AVX512"): what sums in floating point
/// depend on to the last bit.
std::string libTorchVersion();

}  // namespace ratescope::engine
