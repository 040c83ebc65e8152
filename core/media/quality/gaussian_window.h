#pragma once

// The window of structural measures: 11 taps of a Gaussian of sigma 1.5 (Wang et al. 2004), normalised to a sum of 1,
// applied across and down, only where it fits whole ("valid"): of w × h pixels (w − 10) × (h − 10) are left. Both
// passes are inline loops over a strip of `stripSamples` samples, for core/instruction_set.h to compile.

#include "core/instruction_set.h"

#include <array>
#include <cstddef>

namespace ratescope::media {

inline constexpr std::size_t windowTaps = 11;
inline constexpr std::size_t windowReach = windowTaps / 2;  ///< taps on either side of the middle

/// exp(−i²/(2·1.5²)) / sum, at distance i from the middle.
inline constexpr std::array<float, windowReach + 1> windowWeights = {
    0.266011715F, 0.213005543F, 0.109360687F, 0.0360007733F, 0.00759875821F, 0.00102838012F};

/// Samples that are filtered at once: 11 rows of a few moments fit the first-level cache. A multiple of the lanes of
/// all vectors, for one and for three interleaved channels.
inline constexpr std::size_t stripSamples = 144;

/// The window at `middle`, over samples that lie `step` apart.
template <std::size_t step>
RATESCOPE_INLINE float windowed(const float* middle) {
    float sum = windowWeights[0] * middle[0];
    for (std::size_t i = 1; i <= windowReach; ++i)
        sum += windowWeights[i] * (*(middle - i * step) + middle[i * step]);
    return sum;
}

/// Across: out[i] of in[i] … in[i + 10·channels], of interleaved channels.
template <std::size_t channels>
RATESCOPE_INLINE void windowAcross(const float* __restrict in, float* __restrict out) {
    for (std::size_t i = 0; i < stripSamples; ++i)
        out[i] = windowed<channels>(in + i + windowReach * channels);
}

}  // namespace ratescope::media
