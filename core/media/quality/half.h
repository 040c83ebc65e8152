#pragma once

// Half precision (IEEE 754 binary16) and bfloat16, as bits. To float is exact; from float rounds to nearest,
// ties to even, overflow to infinity, subnormals kept; a NaN stays a NaN (quiet, sign kept).

#include "core/buffer/buffer.h"

#include <bit>
#include <cstdint>

namespace ratescope::media {

constexpr float halfToFloat(std::uint16_t half) {
    const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16;
    const std::uint32_t exponent = half >> 10 & 0x1f;
    const std::uint32_t fraction = half & 0x3ff;
    if (exponent == 0x1f) {
        const std::uint32_t quiet = fraction ? 0x400000u : 0u;
        return std::bit_cast<float>(sign | 0x7f800000u | quiet | fraction << 13);
    }
    if (exponent == 0) {
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}
std::uint16_t floatToHalf(float value);
float bfloat16ToFloat(std::uint16_t bits);
std::uint16_t floatToBfloat16(float value);

/// The array as F32 (F64 rounds to nearest); shares the memory when it is F32 already. Throws Error(Input)
/// when it is not floating-point.
Array toFloat32(const Array& array);
/// An F32 array as `type`, which is F16, BF16, F32 or F64, rounded as above.
Array fromFloat32(const Array& array, DType type);

}  // namespace ratescope::media
