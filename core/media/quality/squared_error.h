#pragma once

// Sums of squared differences of samples, exact: what PSNR of pictures and of video planes is made from.

#include "core/instruction_set.h"

#include <cstdint>
#include <span>

namespace ratescope::media {

/// Σ (a − b)² of two spans of one length: of up to 2^48 samples of 8 bits, up to 2^32 of 16.
std::uint64_t squaredError(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                           InstructionSet set = bestInstructionSet());
std::uint64_t squaredError(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b,
                           InstructionSet set = bestInstructionSet());

struct YCbCrSquaredError {
    double y = 0, cb = 0, cr = 0;
};

/// Sums over pixels of interleaved RGB of the squared errors of their Y, Cb and Cr (BT.601, see psnr.h), in one pass:
/// within blocks in integers, which are exact, the blocks' sums in double.
YCbCrSquaredError yCbCrSquaredError(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                    InstructionSet set = bestInstructionSet());
YCbCrSquaredError yCbCrSquaredError(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b,
                                    InstructionSet set = bestInstructionSet());

}  // namespace ratescope::media
