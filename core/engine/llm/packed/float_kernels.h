#pragma once

// What a Llama layer does between its linear layers, in single precision, for one token: the same bits with every
// instruction set.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ratescope::engine {

/// out = x / sqrt(mean(x²) + epsilon) · weight. B. Zhang, R. Sennrich, "Root mean square layer normalization",
/// arXiv:1910.07467.
void rmsNorm(std::span<const float> x, std::span<const float> weight, float epsilon, std::span<float> out);

/// gate = gate · sigmoid(gate) · up. N. Shazeer, "GLU variants improve transformer", arXiv:2002.05202.
void gatedSilu(std::span<float> gate, std::span<const float> up);

/// x += y
void addTo(std::span<float> x, std::span<const float> y);

/// A position's rotation of every head, the same in all layers.
struct Rotation {
    std::vector<float> cosines, sines;  ///< one a pair
};
void setRotation(Rotation& rotation, std::span<const double> frequencies, std::int64_t position);
/// `heads` is [heads, head size].
void rotate(std::span<float> heads, const Rotation& rotation, bool neighbours);

}  // namespace ratescope::engine
