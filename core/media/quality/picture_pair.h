#pragma once

// What every measure of two pictures asks of them first.

#include "core/error.h"
#include "core/media/node/value.h"

#include <string>

namespace ratescope::media {

/// What a measure looks at.
enum class Look {
    Channels,  ///< every channel of a grey or RGB picture
    Luma,      ///< of RGB by BT.601, not rounded; of YCbCr its Y; of grey the samples
};

/// Throws Error(Input) when the two differ in size, depth, model, alpha, range, matrix or chroma (naming both), and when there
/// is alpha or CMYK (naming image.convert). `measure` stands in messages: "PSNR".
void checkPair(const Image& reference, const Image& candidate, const std::string& measure);

/// "PSNR is not defined here for pictures with alpha."; tells to convert both.
Error unfitFor(const std::string& measure, const std::string& what);

}  // namespace ratescope::media
