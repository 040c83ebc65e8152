#pragma once

// What a codec of still images takes. All else is refused by a message that names the node which mends it; no
// codec converts on its own.

#include "core/media/node/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media::image {

struct Encodable {
    std::string node;         ///< "image.jpeg"
    std::string format;       ///< "JPEG"
    bool grey = true;         ///< else RGB only
    bool alpha = true;        ///< besides grey or RGB
    std::vector<int> depths;  ///< bits a sample
    std::int64_t extent = 0;  ///< most pixels a side
};

/// Throws Error(Input) unless the image is grey or RGB of full range as `takes` says, with 1 … 2^28 pixels.
void requireEncodable(const Image& image, const Encodable& takes);

}  // namespace ratescope::media::image
