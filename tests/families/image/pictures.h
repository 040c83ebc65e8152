#pragma once

// Small pictures made by formula, the same on every machine.

#include "core/media/node/value.h"

namespace ratescope::media::test {

/// Gradients with a little structure: sample = 16·x + 9·y + 40·channel + (x·y mod 13), modulo 2^bits.
Image picture(std::int64_t width, std::int64_t height, ColourModel model, int bits = 8, bool alpha = false);

}  // namespace ratescope::media::test
