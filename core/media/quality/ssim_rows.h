#pragma once

// The inner loops of SSIM and MS-SSIM, each compiled for every set of vector instructions; ssim.cpp walks the picture.
//
// Two pictures x and y travel as s = x + y and d = x − y, from which all of SSIM follows with four moments instead of
// five, and 1 − SSIM without cancellation where the pictures are alike. With μ and σ² the mean and variance in the
// window,
//   luminance term    l  = (μs² − μd² + 2·C1) / (μs² + μd² + 2·C1)
//   structure term    cs = (σs² − σd² + 2·C2) / (σs² + σd² + 2·C2)
// equal the textbook's (2·μx·μy + C1)/(μx² + μy² + C1) and (2·σxy + C2)/(σx² + σy² + C2). Moments are taken of what s
// and d have beyond a level that lies near them, so that 32-bit floats hold variances of flat places too.

#include "core/instruction_set.h"
#include "core/media/quality/gaussian_window.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ratescope::media {

/// Windowed s, d, s² and d² of a strip, above its level, one after the other.
inline constexpr std::size_t momentsOfRow = 4;
inline constexpr std::size_t momentSamples = momentsOfRow * stripSamples;

/// Of samples with `bits` bits: C1 = (0.01·peak)², C2 = (0.03·peak)² with peak = 2^bits − 1.
struct SsimConstants {
    explicit SsimConstants(int bits);
    float twoC1, twoC2;
};

/// Samples of a row of a strip with the pixels that the window eats, of up to three channels.
inline constexpr std::size_t reachedSamples = stripSamples + (windowTaps - 1) * 3;

/// s and d of a row of a strip; or the level that they are measured from, the same in each row.
struct SumAndDifference {
    alignas(64) std::array<float, reachedSamples> s{}, d{};
};

/// Sums of a row go to lane i mod 48, so that they are the same in every instruction set, and lane i mod channels is
/// channel i mod channels.
inline constexpr std::size_t sumLanes = 48;
using LaneSums = std::array<double, sumLanes>;

/// Pointers never alias; `count` is of samples.
struct SsimRows {
    /// s and d of `count` samples.
    void (*read8)(const std::uint8_t* x, const std::uint8_t* y, std::size_t count, float* s, float* d);
    void (*read16)(const std::uint16_t* x, const std::uint16_t* y, std::size_t count, float* s, float* d);
    /// s and d of the luma of `count` RGB pixels: 0.299 R + 0.587 G + 0.114 B (BT.601), not rounded.
    void (*readLuma8)(const std::uint8_t* x, const std::uint8_t* y, std::size_t count, float* s, float* d);
    void (*readLuma16)(const std::uint16_t* x, const std::uint16_t* y, std::size_t count, float* s, float* d);
    void (*moments)(const SumAndDifference& row, const SumAndDifference& level, float* moments);
    /// 1 − l·cs, or 1 − cs, of the middle one of eleven rows of moments.
    void (*ssimLoss)(const float* middleRow, const SumAndDifference& level, const SsimConstants& constants,
                     float* loss);
    void (*structureLoss)(const float* middleRow, const SumAndDifference& level,
                          const SsimConstants& constants, float* loss);
    void (*addUp)(const float* row, std::size_t count, LaneSums& sums);
    /// Means of 2 × 2 pixels of two rows; `count` is of samples given out.
    void (*halve)(const float* top, const float* bottom, std::size_t count, float* out);
};

/// Of 1 or 3 interleaved channels.
const SsimRows& ssimRows(InstructionSet set, int channels);

}  // namespace ratescope::media
