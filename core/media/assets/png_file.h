#pragma once

// Writing of PNG (ISO/IEC 15948) with a say in how it is compressed. Reading: image_file.h.

#include "core/media/node/value.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::media {

/// Which of PNG's five predictors a row goes through before it is deflated. Adaptive: the one whose residuals
/// have the smallest sum, row by row (libpng's heuristic); none for samples below 8 bits.
enum class PngFilter { Adaptive, None, Sub, Up, Average, Paeth };

struct PngSettings {
    int level = 6;  ///< of zlib: 0 stores, 9 searches longest
    PngFilter filter = PngFilter::Adaptive;
    std::function<void(double)> progress;  ///< if set, called with 0 … 1 every few rows; may throw
};

/// Grey or RGB with or without alpha at 8 and 16 bits, grey also at 1, 2 and 4; profile and orientation are
/// embedded; not interlaced. `name` stands in messages. Throws Error(Input) for an image that PNG can't hold.
std::vector<std::byte> encodePng(const Image& image, const std::string& name,
                                 const PngSettings& settings = {});

}  // namespace ratescope::media
