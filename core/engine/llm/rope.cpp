#include "core/engine/llm/rope.h"

#include "core/engine/llm/packed/rope_frequencies.h"

#include <ATen/ATen.h>

namespace ratescope::engine {
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
