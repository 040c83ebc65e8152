#pragma once

// A Llama model by the book, in double precision and without a cache: the oracle of the decoder.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

/// Logits after the last token, of a model of plain F32 tensors. With `quantised`, what linear layers are applied to is
/// rounded to 8 bits in groups of 32 first.
std::vector<double> referenceLogits(const media::LanguageModel& model, std::span<const std::int32_t> tokens,
                                    bool quantised = false);

}  // namespace ratescope::engine
