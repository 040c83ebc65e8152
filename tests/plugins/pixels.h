#pragma once

// Images as plain lists of samples, and in streams.

#include "core/media/coding/fields.h"
#include "core/media/node/value.h"

#include <cstdint>
#include <vector>

namespace ratescope::media::test {

/// Row by row, interleaved, whatever the depth. Throws Error(Input) for an image without pixels.
std::vector<std::uint16_t> samplesOf(const Image& image);
/// The image with other samples, of the same number.
Value withSamples(const Image& like, const std::vector<std::uint16_t>& samples);
std::uint16_t greatestSample(const Image& image);

/// Size, colour and profile; all but the samples.
void writeFormat(FieldWriter& fields, const Image& image);
/// An image of that format, black. Throws Error(Input) when it is none, or has more than 2^28 samples.
Image readFormat(FieldReader& fields);

}  // namespace ratescope::media::test
