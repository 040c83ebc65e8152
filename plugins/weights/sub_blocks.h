#pragma once

// The two halves of a decoder's blocks that can be left out of the residual stream, by the names of their tensors:
// attention with the norm before it, and the feed-forward part with its own.

#include <cstddef>
#include <optional>
#include <string>

namespace ratescope::media::weights {

struct SubBlock {
    std::size_t block = 0;
    bool isFeedForward = false;

    auto operator<=>(const SubBlock&) const = default;
};

/// "model.layers.3.self_attn" or "model.layers.3.mlp"
std::string nameOf(const SubBlock& half);
/// Of a tensor; nothing where it belongs to neither.
std::optional<SubBlock> subBlockOf(const std::string& tensor);

}  // namespace ratescope::media::weights
