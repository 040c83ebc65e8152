#pragma once

// What a decoder goes on with, and what it makes of what others go on with.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ratescope::engine {

class Llama;
class KeyValueCache;

struct GenerationOptions {
    std::int64_t tokens = 1;          ///< at most so many
    std::optional<std::int32_t> end;  ///< stops before this token
};

/// Called with each token as soon as it is known; may throw to stop.
using TokenMade = std::function<void(std::int32_t token)>;

/// The most probable next token, again and again, after the prompt. What the cache has seen before stands before the
/// prompt; afterwards it has seen all but the last token made. Throws what Llama::hidden throws.
std::vector<std::int32_t> generate(const Llama& model, KeyValueCache& cache,
                                   std::span<const std::int32_t> prompt, const GenerationOptions& options,
                                   const TokenMade& made = {});

/// log p (nats) of each token of the continuation, given the prompt and the tokens before it: the sum ranks the answers
/// of multiple-choice questions. Throws Error(Input) for an empty prompt or continuation, and what Llama::hidden throws.
std::vector<double> continuationLogLikelihoods(const Llama& model, std::span<const std::int32_t> prompt,
                                               std::span<const std::int32_t> continuation);

}  // namespace ratescope::engine
