#pragma once

// Colours of an embedded ICC profile taken to sRGB (IEC 61966-2-1), by Little CMS 2.

#include "core/media/node/context.h"
#include "core/media/node/value.h"

namespace ratescope::media::image {

/// Of the library that is loaded: "2.14".
std::string iccLibraryVersion();

enum class Intent { Relative, Perceptual };

/// RGB and CMYK become sRGB, grey becomes grey on sRGB's curve; 8 or 16 bits; alpha is copied; the profile is
/// gone. Relative colorimetric with black point compensation, or perceptual. Computed without lcms' table
/// optimisations. Throws Error(Input) for a profile that is damaged or made for another colour model.
Image toSrgb(Context& context, const Image& image, Intent intent);

}  // namespace ratescope::media::image
