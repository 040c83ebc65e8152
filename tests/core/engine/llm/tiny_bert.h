#pragma once

// A small random encoder.

#include "core/media/node/language_model.h"

#include <cstdint>

namespace ratescope::engine::testing {

/// Two layers, hidden 12, 3 heads of 4, intermediate 20, vocabulary 13. Its tokenizer's pieces 4 … 12 are the words "a" … "i";
/// 1 begins a text, 2 ends it.
media::LanguageModel tinyBert(std::int64_t positions = 9);

}  // namespace ratescope::engine::testing
