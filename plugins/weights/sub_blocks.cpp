#include "plugins/weights/sub_blocks.h"

#include <charconv>
#include <string_view>

namespace ratescope::media::weights {
namespace {

constexpr std::string_view prefix = "model.layers.";
constexpr std::size_t mostBlocks = 1 << 16;  // a hostile name asks for no more memory than that

}  // namespace

std::string nameOf(const SubBlock& half) {
    return std::string(prefix) + std::to_string(half.block) + (half.isFeedForward ? ".mlp" : ".self_attn");
}

std::optional<SubBlock> subBlockOf(const std::string& tensor) {
    if (!tensor.starts_with(prefix)) return std::nullopt;
    SubBlock half;
    const char* const end = tensor.data() + tensor.size();
    const auto [stop, error] = std::from_chars(tensor.data() + prefix.size(), end, half.block);
    if (error != std::errc() || half.block >= mostBlocks) return std::nullopt;
    const std::string_view rest(stop, end);
    half.isFeedForward = rest.starts_with(".mlp.") || rest.starts_with(".post_attention_layernorm.");
    if (half.isFeedForward || rest.starts_with(".self_attn.") || rest.starts_with(".input_layernorm."))
        return half;
    return std::nullopt;
}

}  // namespace ratescope::media::weights
