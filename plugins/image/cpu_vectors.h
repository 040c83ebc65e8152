#pragma once

#include <string>

namespace ratescope::media::image {

/// Beside the version of a library that computes in floating point with the widest vectors there are, and so rounds
/// otherwise on another kind of CPU: " with AVX-512", " with AVX2", " with SSE".
inline std::string withVectorsOfThisCpu() {
    if (__builtin_cpu_supports("avx512bw")) return " with AVX-512";
    return __builtin_cpu_supports("avx2") ? " with AVX2" : " with SSE";
}

}  // namespace ratescope::media::image
