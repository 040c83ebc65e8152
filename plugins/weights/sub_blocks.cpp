#include "plugins/weights/sub_blocks.h"

#include "core/media/node/block_names.h"

#include <string_view>

namespace ratescope::media::weights {
namespace {

constexpr std::size_t mostBlocks = 1 << 16;  // a hostile name asks for no more memory than that

}  // namespace

std::string nameOf(const SubBlock& half) {
    return blockPrefix(static_cast<std::int64_t>(half.block)) + (half.isFeedForward ? "mlp" : "self_attn");
}

std::optional<SubBlock> subBlockOf(const std::string& tensor) {
    const auto found = partOfBlock(tensor);
    if (!found || found->block >= mostBlocks) return std::nullopt;
    const std::string_view part = found->part;
    const bool isFeedForward = part.starts_with("mlp.") || part.starts_with("post_attention_layernorm.");
    if (!isFeedForward && !part.starts_with("self_attn.") && !part.starts_with("input_layernorm."))
        return std::nullopt;
    return SubBlock{.block = found->block, .isFeedForward = isFeedForward};
}

}  // namespace ratescope::media::weights
