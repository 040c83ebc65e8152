#pragma once

// The boxes of ISO/IEC 14496-12 and 15444-1, which JPEG XL and JPEG 2000 files are made of.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::image {

struct Box {
    std::string type;                  ///< four characters
    std::span<const std::byte> whole;  ///< with its head
    std::span<const std::byte> payload;
};

/// All boxes of a file, or of a box's payload, in their order. `format` stands in messages. Throws Error(Input)
/// unless they fill the bytes.
std::vector<Box> readBoxes(std::span<const std::byte> bytes, const std::string& format);

/// The first of that type; nullptr when there is none.
const Box* findBox(const std::vector<Box>& boxes, const std::string& type);

}  // namespace ratescope::media::image
