#pragma once

// Vectors of 16 floats by the compilers' own vector types (gcc.gnu.org, "Vector Extensions"), which they map to what the
// target has: one register of AVX-512, two of AVX2, four of SSE. The same bits in all.

#include "core/instruction_set.h"

#include <cstdint>
#include <cstring>

namespace ratescope::engine {

constexpr std::size_t wideLanes = 16;
using Wide = float __attribute__((vector_size(64)));
using WideBits = std::uint32_t __attribute__((vector_size(64)));
using WideHalves = std::uint16_t __attribute__((vector_size(32)));

RATESCOPE_INLINE void load(const float* place, Wide& out) {
    std::memcpy(&out, place, sizeof out);
}

/// Halves that are finite: the product is exact for normal and subnormal ones.
RATESCOPE_INLINE void load(const std::uint16_t* place, Wide& out) {
    WideHalves halves;
    std::memcpy(&halves, place, sizeof halves);
    const WideBits bits = __builtin_convertvector(halves, WideBits);
    const Wide magnitude = reinterpret_cast<Wide>((bits & 0x7fff) << 13) * 0x1p112f;
    out = reinterpret_cast<Wide>(reinterpret_cast<WideBits>(magnitude) | (bits & 0x8000) << 16);
}

RATESCOPE_INLINE void store(const Wide& value, float* place) {
    std::memcpy(place, &value, sizeof value);
}

RATESCOPE_INLINE float sumOf(const Wide& value) {
    float lanes[wideLanes];
    store(value, lanes);
    for (std::size_t half = wideLanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/// e^x to 3e-7 relative, for −87 … 88; beyond, what these ends give. 2^n · e^r with |r| ≤ ln 2 / 2, e^r by its series.
RATESCOPE_INLINE void exponential(Wide& x) {
    const Wide zero{};
    const Wide least = zero - 87.0f, most = zero + 88.0f;
    x = x < least ? least : x;
    x = x > most ? most : x;
    constexpr float shift = 12582912.0f;  // 1.5 · 2^23: the sum's lowest bits are the nearest integer
    const Wide shifted = x * 1.44269504f + shift;
    const Wide n = shifted - shift;
    const Wide r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts, the first of few bits
    Wide series = zero + 1.0f / 5040;
    for (const float factor : {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f})
        series = series * r + factor;
    const WideBits power = (reinterpret_cast<WideBits>(shifted) << 23) + 0x3f800000u;
    x = series * reinterpret_cast<Wide>(power);
}

}  // namespace ratescope::engine
