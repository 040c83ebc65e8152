#pragma once

// The CUDA kernels applied to what lies in the host's memory. All throw Error(Resource) where there are no kernels
// (library.h), no such device, or where the device fails or has no memory left.

#include "core/engine/device/cuda/kernels.h"

#include <cstddef>
#include <span>

namespace ratescope::engine {

/// Bytes of a device.
class CudaMemory {
  public:
    CudaMemory(int device, std::size_t bytes);
    /// With a copy of the host's bytes.
    CudaMemory(int device, std::span<const std::byte> bytes);
    ~CudaMemory();
    CudaMemory(const CudaMemory&) = delete;
    CudaMemory& operator=(const CudaMemory&) = delete;

    template <typename Element>
    Element* as() const {
        return static_cast<Element*>(memory_);
    }
    /// Waits for kernels that write to it; `bytes` is no longer than it is.
    void copyTo(std::span<std::byte> bytes) const;

  private:
    int device_;
    void* memory_ = nullptr;
};

/// A matrix whose tiles stay in the memory of a device.
class PackedMatrixOnDevice {
  public:
    /// Of a format with codes, else Error(Internal). `matrix` is not needed afterwards.
    PackedMatrixOnDevice(int device, const PackedMatrix& matrix);

    /// As multiply() of llm/packed/gemv.h does it, bit for bit: `out` is [tokens, rows], activations are quantised.
    /// Throws Error(Internal) where they are not, or sizes do not fit.
    void multiply(const Activations& activations, std::span<float> out) const;

  private:
    int device_;
    PackedTiles layout_;
    std::size_t columns_;
    CudaMemory tiles_;
};

/// All pointers of `job` are of the host's memory.
void encodeOnDevice(int device, const GroupCodes& job);
void decodeOnDevice(int device, const GroupCodes& job);

}  // namespace ratescope::engine
