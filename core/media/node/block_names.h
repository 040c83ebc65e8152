#pragma once

// Names of the tensors of a decoder's blocks, as Hugging Face checkpoints have them: "model.layers.3.mlp.up_proj.weight".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ratescope::media {

/// "model.layers.3.", before the name of a part.
std::string blockPrefix(std::int64_t block);

struct BlockPart {
    std::size_t block = 0;
    std::string_view part;  ///< of the name that was asked for
};

/// "model.layers.3.mlp.up_proj" is the part "mlp.up_proj" of block 3; nothing for a name that belongs to no block.
std::optional<BlockPart> partOfBlock(std::string_view name);

}  // namespace ratescope::media
