#include "core/media/quality/ssim_rows.h"

#include <cmath>

namespace ratescope::media {
namespace {

template <typename T>
RATESCOPE_INLINE void read(const T* __restrict x, const T* __restrict y, std::size_t count,
                           float* __restrict s, float* __restrict d) {
    for (std::size_t i = 0; i < count; ++i) {
        const int first = x[i], second = y[i];
        s[i] = static_cast<float>(first + second);
        d[i] = static_cast<float>(first - second);
    }
}

/// In thousandths, which are integers; 2^16 · 2 · 1000 fit 32 bits.
template <typename T>
RATESCOPE_INLINE int luma(const T* pixel) {
    return 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
}

template <typename T>
RATESCOPE_INLINE void readLuma(const T* __restrict x, const T* __restrict y, std::size_t count,
                               float* __restrict s, float* __restrict d) {
    for (std::size_t i = 0; i < count; ++i) {
        const int first = luma(x + 3 * i), second = luma(y + 3 * i);
        s[i] = static_cast<float>(first + second) * 0.001F;
        d[i] = static_cast<float>(first - second) * 0.001F;
    }
}

/// Windowed values and squares of what lies above the level.
template <std::size_t channels>
RATESCOPE_INLINE void twoMoments(const float* __restrict values, const float* __restrict level,
                                 float* __restrict mean, float* __restrict meanOfSquares) {
    alignas(64) std::array<float, reachedSamples> above, squares;
    for (std::size_t i = 0; i < reachedSamples; ++i) {
        above[i] = values[i] - level[i];
        squares[i] = above[i] * above[i];
    }
    windowAcross<channels>(above.data(), mean);
    windowAcross<channels>(squares.data(), meanOfSquares);
}

template <std::size_t channels>
RATESCOPE_INLINE void moments(const SumAndDifference& row, const SumAndDifference& level, float* moments) {
    twoMoments<channels>(row.s.data(), level.s.data(), moments, moments + 2 * stripSamples);
    twoMoments<channels>(row.d.data(), level.d.data(), moments + stripSamples, moments + 3 * stripSamples);
}

/// Rounding must not make it negative: a loss below zero has no logarithm.
RATESCOPE_INLINE float variance(float mean, float meanOfSquares) {
    const float difference = meanOfSquares - mean * mean;
    return difference > 0 ? difference : 0;
}

RATESCOPE_INLINE void ssimLoss(const float* __restrict middleRow, const SumAndDifference& level,
                               const SsimConstants& constants, float* __restrict loss) {
    const float twoC1 = constants.twoC1, twoC2 = constants.twoC2;
    for (std::size_t i = 0; i < stripSamples; ++i) {
        const float* moment = middleRow + i;
        const float sum = windowed<momentSamples>(moment);
        const float difference = windowed<momentSamples>(moment + stripSamples);
        const float ofSum = variance(sum, windowed<momentSamples>(moment + 2 * stripSamples));
        const float ofDifference = variance(difference, windowed<momentSamples>(moment + 3 * stripSamples));
        const float trueSum = sum + level.s[i], trueDifference = difference + level.d[i];
        const float squaredDifference = trueDifference * trueDifference;
        const float luminance = trueSum * trueSum + twoC1;
        const float structureNorm = ofSum + ofDifference + twoC2;
        const float lost = squaredDifference * structureNorm + ofDifference * (luminance - squaredDifference);
        loss[i] = 2 * lost / ((luminance + squaredDifference) * structureNorm);
    }
}

RATESCOPE_INLINE void structureLoss(const float* __restrict middleRow, const SumAndDifference&,
                                    const SsimConstants& constants, float* __restrict loss) {
    const float twoC2 = constants.twoC2;
    for (std::size_t i = 0; i < stripSamples; ++i) {
        const float* moment = middleRow + i;
        const float ofSum =
            variance(windowed<momentSamples>(moment), windowed<momentSamples>(moment + 2 * stripSamples));
        const float ofDifference = variance(windowed<momentSamples>(moment + stripSamples),
                                            windowed<momentSamples>(moment + 3 * stripSamples));
        loss[i] = 2 * ofDifference / (ofSum + ofDifference + twoC2);
    }
}

RATESCOPE_INLINE void addUp(const float* __restrict row, std::size_t count, LaneSums& sums) {
    std::size_t i = 0;
    for (; i + sumLanes <= count; i += sumLanes)
        for (std::size_t lane = 0; lane < sumLanes; ++lane)
            sums[lane] += static_cast<double>(row[i + lane]);
    for (; i < count; ++i)
        sums[i % sumLanes] += static_cast<double>(row[i]);
}

template <std::size_t channels>
RATESCOPE_INLINE void halve(const float* __restrict top, const float* __restrict bottom, std::size_t count,
                            float* __restrict out) {
    for (std::size_t i = 0; i < count; i += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            const std::size_t left = 2 * i + c, right = left + channels;
            out[i + c] = 0.25F * ((top[left] + bottom[left]) + (top[right] + bottom[right]));
        }
}

template <std::size_t channels>
SsimRows rowsFor(InstructionSet set) {
    return {compiledFor<&read<std::uint8_t>>(set),     compiledFor<&read<std::uint16_t>>(set),
            compiledFor<&readLuma<std::uint8_t>>(set), compiledFor<&readLuma<std::uint16_t>>(set),
            compiledFor<&moments<channels>>(set),      compiledFor<&ssimLoss>(set),
            compiledFor<&structureLoss>(set),          compiledFor<&addUp>(set),
            compiledFor<&halve<channels>>(set)};
}

}  // namespace

SsimConstants::SsimConstants(int bits) {
    const double peak = std::ldexp(1.0, bits) - 1;
    twoC1 = static_cast<float>(2 * 0.01 * 0.01 * peak * peak);
    twoC2 = static_cast<float>(2 * 0.03 * 0.03 * peak * peak);
}

const SsimRows& ssimRows(InstructionSet set, int channels) {
    static const std::array<SsimRows, 3> grey = {rowsFor<1>(InstructionSet::Baseline),
                                                 rowsFor<1>(InstructionSet::Avx2),
                                                 rowsFor<1>(InstructionSet::Avx512)};
    static const std::array<SsimRows, 3> colour = {rowsFor<3>(InstructionSet::Baseline),
                                                   rowsFor<3>(InstructionSet::Avx2),
                                                   rowsFor<3>(InstructionSet::Avx512)};
    return (channels == 3 ? colour : grey)[static_cast<std::size_t>(set)];
}

}  // namespace ratescope::media
