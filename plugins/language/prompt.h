#pragma once

// Prompts: read in parts, so that a task which reads a long one can be stopped.

#include "core/media/node/context.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ratescope::engine {
class KeyValueCache;
class Llama;
}  // namespace ratescope::engine

namespace ratescope::media::language {

/// What the model goes on with after the prompt, the most probable token each time, at most `tokens`; it stops before
/// `end`. `made` is called with the number of tokens so far. Throws what engine::generate throws.
std::vector<std::int32_t> continuationOf(Context& context, const engine::Llama& model,
                                         std::span<const std::int32_t> prompt, std::int64_t tokens,
                                         std::optional<std::int32_t> end,
                                         const std::function<void(std::int64_t)>& made = {});

}  // namespace ratescope::media::language
