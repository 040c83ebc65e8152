#pragma once

// The one entry of EXIF that changes how a picture is shown: tag 0x0112, orientation (CIPA DC-008).

#include <cstddef>
#include <span>
#include <vector>

namespace ratescope::media {

/// From a TIFF structure (what follows "Exif\0\0" in a JPEG, the whole of a PNG's eXIf). 1 when the tag is
/// missing, malformed or not within 1 … 8, as viewers do.
int exifOrientation(std::span<const std::byte> tiff);

/// The smallest TIFF structure that says so.
std::vector<std::byte> exifWithOrientation(int orientation);

}  // namespace ratescope::media
