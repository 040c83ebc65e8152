#pragma once

// Half precision (IEEE 754 binary16) and bfloat16, as bits. To float is exact; from float rounds to nearest,
// ties to even, overflow to infinity, subnormals kept; a NaN stays a NaN (quiet, sign kept).

#include "core/buffer/buffer.h"

#include <cstdint>

namespace ratescope::media {

float halfToFloat(std::uint16_t half);
std::uint16_t floatToHalf(float value);
float bfloat16ToFloat(std::uint16_t bits);
std::uint16_t floatToBfloat16(float value);

/// The array as F32 (F64 rounds to nearest); shares the memory when it is F32 already. Throws Error(Input)
/// when it is not floating-point.
Array toFloat32(const Array& array);
/// An F32 array as `type`, which is F16, BF16, F32 or F64, rounded as above.
Array fromFloat32(const Array& array, DType type);

}  // namespace ratescope::media
