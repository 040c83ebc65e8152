#include "core/engine/llm/packed/float_kernels.h"

#include "core/engine/llm/packed/wide.h"

#include <algorithm>
#include <cmath>

namespace ratescope::engine {
namespace {

RATESCOPE_INLINE float sumOfSquares(const float* x, std::size_t count) {
    Wide sums{};
    std::size_t i = 0;
    for (; i + wideLanes <= count; i += wideLanes) {
        Wide values;
        load(x + i, values);
        sums += values * values;
    }
    float sum = sumOf(sums);
    for (; i < count; ++i)
        sum += x[i] * x[i];
    return sum;
}

RATESCOPE_INLINE void normalise(const float* x, const float* weight, float epsilon, float* out,
                                std::size_t count) {
    const float mean = sumOfSquares(x, count) / static_cast<float>(count);
    const float factor = 1 / std::sqrt(mean + epsilon);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = x[i] * factor * weight[i];
}

RATESCOPE_INLINE void gate16(Wide& gate, const Wide& up) {
    Wide power = -gate;
    exponential(power);
    gate = gate / (1.0f + power) * up;
}

RATESCOPE_INLINE void gateAll(float* gate, const float* up, std::size_t count) {
    std::size_t i = 0;
    for (; i + wideLanes <= count; i += wideLanes) {
        Wide a, b;
        load(gate + i, a);
        load(up + i, b);
        gate16(a, b);
        store(a, gate + i);
    }
    if (i == count) return;
    Wide a{}, b{};
    std::memcpy(&a, gate + i, (count - i) * sizeof(float));
    std::memcpy(&b, up + i, (count - i) * sizeof(float));
    gate16(a, b);
    std::memcpy(gate + i, &a, (count - i) * sizeof(float));
}

}  // namespace

void rmsNorm(std::span<const float> x, std::span<const float> weight, float epsilon, std::span<float> out) {
    compiledFor<&normalise>(bestInstructionSet())(x.data(), weight.data(), epsilon, out.data(), x.size());
}

void gatedSilu(std::span<float> gate, std::span<const float> up) {
    compiledFor<&gateAll>(bestInstructionSet())(gate.data(), up.data(), gate.size());
}

void addTo(std::span<float> x, std::span<const float> y) {
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += y[i];
}

void setRotation(Rotation& rotation, std::span<const double> frequencies, std::int64_t position) {
    rotation.cosines.resize(frequencies.size());
    rotation.sines.resize(frequencies.size());
    for (std::size_t pair = 0; pair < frequencies.size(); ++pair) {
        const double angle = static_cast<double>(position) * frequencies[pair];
        rotation.cosines[pair] = static_cast<float>(std::cos(angle));
        rotation.sines[pair] = static_cast<float>(std::sin(angle));
    }
}

void rotate(std::span<float> heads, const Rotation& rotation, bool neighbours) {
    const std::size_t pairs = rotation.cosines.size();
    const std::size_t step = neighbours ? 2 : 1, apart = neighbours ? 1 : pairs;
    for (; !heads.empty(); heads = heads.subspan(2 * pairs))
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            float& first = heads[pair * step];
            float& second = heads[pair * step + apart];
            const float x = first, y = second;
            first = x * rotation.cosines[pair] - y * rotation.sines[pair];
            second = x * rotation.sines[pair] + y * rotation.cosines[pair];
        }
}

}  // namespace ratescope::engine
