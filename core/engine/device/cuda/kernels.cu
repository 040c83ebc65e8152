// The CUDA kernels: blocks and threads around what packed_product.h and group_codes.h say that a thread does. This file
// is the whole of libratescope-cuda.so.

#include "core/engine/device/cuda/kernels.h"

#include <cuda_runtime.h>

#include <limits>

namespace ratescope::engine {
namespace {

constexpr std::size_t mostBlocks = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t threadsOfElements = 256;

__global__ void __launch_bounds__(ProductThread::threadsOfBlock) multiplyKernel(const PackedProduct product) {
    __shared__ float terms[ProductThread::threadsOfBlock];
    ProductThread thread(product, blockIdx.x, threadIdx.x);
    for (std::size_t first = 0; first < product.matrix.groups; first += ProductThread::groupsAtOnce) {
        thread.putTerm(product, first, terms);
        __syncthreads();
        thread.addTerms(product, first, terms);
        __syncthreads();
    }
    thread.store(product);
}

__device__ std::size_t indexOfThread() {
    return static_cast<std::size_t>(blockIdx.x) * threadsOfElements + threadIdx.x;
}

__global__ void __launch_bounds__(threadsOfElements) encodeKernel(const GroupCodes job) {
    if (const std::size_t index = indexOfThread(); index < job.count()) encodeOne(job, index);
}

__global__ void __launch_bounds__(threadsOfElements) decodeKernel(const GroupCodes job) {
    if (const std::size_t index = indexOfThread(); index < job.count()) decodeOne(job, index);
}

/// What a failed call leaves behind must not be reported by the next one.
int reported(cudaError_t error) {
    if (error != cudaSuccess) static_cast<void>(cudaGetLastError());
    return error;
}

/// Calls `work`, which returns CUDA's error, with the device as the current one of this thread.
template <typename Work>
int onDevice(int device, const Work& work) {
    int before = 0;
    if (const cudaError_t error = cudaGetDevice(&before); error != cudaSuccess) return reported(error);
    if (const cudaError_t error = cudaSetDevice(device); error != cudaSuccess) return reported(error);
    const cudaError_t result = work();
    const cudaError_t back = cudaSetDevice(before);
    return reported(result != cudaSuccess ? result : back);
}

template <typename Job>
int launch(int device, void (*kernel)(Job), const Job& job, std::size_t blocks, std::size_t threads) {
    if (blocks > mostBlocks) return cudaErrorInvalidConfiguration;
    if (blocks == 0) return cudaSuccess;
    return onDevice(device, [&] {
        kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads)>>>(job);
        return cudaGetLastError();
    });
}

int devices(int* count) {
    const cudaError_t error = cudaGetDeviceCount(count);
    if (error == cudaSuccess) return cudaSuccess;
    *count = 0;
    // Without a driver CUDA says that it is too old.
    const bool none = error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver;
    reported(error);
    return none ? cudaSuccess : error;
}

int allocate(int device, std::size_t bytes, void** memory) {
    return onDevice(device, [&] { return cudaMalloc(memory, bytes); });
}

int release(int device, void* memory) {
    return onDevice(device, [&] { return cudaFree(memory); });
}

int copyToDevice(int device, void* to, const void* from, std::size_t bytes) {
    return onDevice(device, [&] { return cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice); });
}

int copyToHost(int device, void* to, const void* from, std::size_t bytes) {
    return onDevice(device, [&] { return cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost); });
}

int multiply(int device, const PackedProduct* product) {
    return launch(device, multiplyKernel, *product, product->blocks(), ProductThread::threadsOfBlock);
}

int forElements(int device, void (*kernel)(GroupCodes), const GroupCodes& job) {
    return launch(device, kernel, job, (job.count() + threadsOfElements - 1) / threadsOfElements,
                  threadsOfElements);
}

int encode(int device, const GroupCodes* job) {
    return forElements(device, encodeKernel, *job);
}

int decode(int device, const GroupCodes* job) {
    return forElements(device, decodeKernel, *job);
}

const char* text(int error) {
    return cudaGetErrorString(static_cast<cudaError_t>(error));
}

}  // namespace
}  // namespace ratescope::engine

extern "C" [[gnu::visibility("default")]] const ratescope::engine::CudaKernels* ratescopeCudaKernels() {
    using namespace ratescope::engine;
    static constexpr CudaKernels kernels{devices,  allocate, release, copyToDevice, copyToHost,
                                         multiply, encode,   decode,  text};
    return &kernels;
}
