#pragma once

// What a thread of a CUDA kernel does is written once, as inline functions marked RATESCOPE_PER_THREAD: nvcc compiles
// them for the device, every other compiler for the CPU, where a loop over blocks and threads calls them (twins.h). They
// may call constexpr functions of other headers. Nothing is contracted or flushed to zero, so that both give the same
// bits; only a NaN's payload is the device's own.

#if defined(__CUDACC__)
#define RATESCOPE_PER_THREAD __host__ __device__ inline
#else
#define RATESCOPE_PER_THREAD inline
#endif
