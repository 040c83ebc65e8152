#include "core/engine/llm/rope.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace ratescope::engine {
namespace {

/// Llama 3.1: short waves stay, long ones are stretched by the factor, those between by a mixture.
double llama3(double frequency, const media::RopeScaling& scaling) {
    const double turns = static_cast<double>(scaling.originalContext) * frequency / (2 * std::numbers::pi);
    if (turns > scaling.highFrequencyFactor) return frequency;
    if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor;
    const double kept =
        (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
    return (1 - kept) * frequency / scaling.factor + kept * frequency;
}

}  // namespace

std::vector<double> ropeFrequencies(const media::ModelConfig& config) {
    const media::RopeScaling& scaling = config.ropeScaling;
    const auto pairs = static_cast<std::size_t>(config.headSize / 2);
    std::vector<double> frequencies(pairs);
    for (std::size_t i = 0; i < pairs; ++i) {
        const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(config.headSize);
        double frequency = std::pow(config.ropeBase, exponent);
        if (!scaling.divisors.empty())
            frequency /= static_cast<double>(scaling.divisors[i]);
        else if (scaling.kind == media::RopeScaling::Kind::Linear)
            frequency /= scaling.factor;
        else if (scaling.kind == media::RopeScaling::Kind::Llama3)
            frequency = llama3(frequency, scaling);
        frequencies[i] = frequency;
    }
    return frequencies;
}

Rope::Rope(const media::ModelConfig& config, at::Device device) : neighbours_(config.ropeOfNeighbours) {
    const std::vector<double> frequencies = ropeFrequencies(config);
    frequencies_ = at::tensor(frequencies, at::kDouble).to(device);
}

at::Tensor Rope::rotations(std::int64_t first, std::int64_t count) const {
    const at::Tensor positions = at::arange(first, first + count, frequencies_.options());
    const at::Tensor angles = positions.unsqueeze(1).mul(frequencies_).unsqueeze(1);
    return at::stack({angles.cos(), angles.sin()}, -1).to(at::kFloat);
}

at::Tensor Rope::rotate(const at::Tensor& heads, const at::Tensor& rotations) const {
    const std::int64_t half = heads.size(-1) / 2;
    if (neighbours_) {
        const at::Tensor pairs = at::view_as_complex(heads.unflatten(-1, {half, 2}));
        return at::view_as_real(pairs.mul(at::view_as_complex(rotations))).flatten(-2);
    }
    const at::Tensor cosine = rotations.select(-1, 0).contiguous();
    const at::Tensor sine = rotations.select(-1, 1).contiguous();
    const at::Tensor low = heads.narrow(-1, 0, half), high = heads.narrow(-1, half, half);
    return at::cat({at::addcmul(low.mul(cosine), high, sine, -1), at::addcmul(high.mul(cosine), low, sine)},
                   -1);
}

}  // namespace ratescope::engine
