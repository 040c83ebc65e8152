#pragma once

// Hidden states between two blocks of a model as a checkpoint of those who work on it block by block.

#include "core/media/node/context.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace ratescope::engine {

struct States {
    std::int64_t blocks = 0;  ///< that have run
    at::Tensor hidden;        ///< F32 [windows, tokens, hidden]: what the next one reads
};

/// Takes the place of the states of fewer blocks. What these blocks gave must have been saved before.
void saveStates(media::Context& context, const States& states);

/// The last ones that were saved, of the shape and on the device of what the first block reads; nothing where there are
/// none.
std::optional<States> savedStates(media::Context& context, const at::Tensor& embedded);

}  // namespace ratescope::engine
