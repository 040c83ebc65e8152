#include "core/media/node/block_names.h"

#include <charconv>

namespace ratescope::media {
namespace {

constexpr std::string_view prefix = "model.layers.";

}  // namespace

std::string blockPrefix(std::int64_t block) {
    return std::string(prefix) + std::to_string(block) + '.';
}

std::optional<BlockPart> partOfBlock(std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    BlockPart found;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, found.block);
    if (error != std::errc() || stop == end || *stop != '.') return std::nullopt;
    found.part = std::string_view(stop + 1, end);
    return found;
}

}  // namespace ratescope::media
