#pragma once

// Small random decoders, and what they compute by the book: loops in double precision, one number after the other.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine::testing {

/// Two layers, hidden 16, 4 heads of 4 that share 2 key and value heads, intermediate 24, vocabulary 19.
media::ModelConfig tinyConfig();

/// Weights from a seeded normal distribution; `biases`: of q, k and v.
media::LanguageModel tinyModel(const media::ModelConfig& config, bool biases = false, unsigned seed = 1);

/// Logits of each position of one window, [tokens][vocabulary].
std::vector<std::vector<double>> referenceLogits(const media::LanguageModel& model,
                                                 std::span<const std::int32_t> ids);

}  // namespace ratescope::engine::testing
