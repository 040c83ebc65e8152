#pragma once

// The one EXIF field that JPEG files of Ratescope carry: the orientation (tag 0x0112, EXIF 2.32).

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ratescope::media::image {

/// The payload of an APP1 segment that holds nothing else.
std::vector<unsigned char> orientationExif(int orientation);

/// The orientation 1 … 8 that an APP1 payload names; nothing if it is no EXIF, is damaged, or names none.
std::optional<int> orientationOf(std::span<const std::byte> payload);

}  // namespace ratescope::media::image
