#pragma once

// A small random encoder.

#include "core/media/node/language_model.h"

namespace ratescope::engine::testing {

/// Two layers, hidden 12, 3 heads of 4, intermediate 20, vocabulary 13, 9 positions.
media::LanguageModel tinyBert();

}  // namespace ratescope::engine::testing
