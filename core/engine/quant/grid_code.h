#pragma once

// The code of a weight on a grid: what grid.cpp compiles for each instruction set, and nvcc for the device.

#include "core/instruction_set.h"

#include <algorithm>

namespace ratescope::engine {

/// To nearest, halves to even, for |value| < 2^51: std::nearbyint without the call, which takes most of the time.
RATESCOPE_INLINE constexpr double roundedToEven(double value) {
    constexpr double shift = 0x1.8p52;  // a double this large has no fraction left
    return value + shift - shift;
}

/// 0 … largestCode. The order of the arguments makes 0 of a NaN.
RATESCOPE_INLINE constexpr double codeOnGrid(double weight, double scale, double zero, double largestCode) {
    return std::min(std::max(0.0, roundedToEven(weight / scale) + zero), largestCode);
}

}  // namespace ratescope::engine
