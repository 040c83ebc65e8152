#pragma once

// WebP files, put together chunk by chunk for the tests.

#include "core/media/node/value.h"
#include "tests/core/media/picture_files.h"

namespace ratescope::media {

/// A simple file of an RGB image with or without alpha; quality below 0 is lossless.
ByteVector makeWebp(const Image& image, float quality = -1);

struct WebpPlan {
    ByteVector simple;            ///< a file of makeWebp, whose chunks are taken
    std::uint32_t width, height;  ///< of the canvas
    std::uint8_t flags = 0;       ///< 0x02 animated, 0x08 EXIF, 0x10 alpha, 0x20 ICC
    ByteVector profile, exif;     ///< chunks ICCP and EXIF; none when empty
    bool animated = false;        ///< the picture as the only frame of an animation
};

/// A file of the extended format.
ByteVector makeExtendedWebp(const WebpPlan& plan);

}  // namespace ratescope::media
