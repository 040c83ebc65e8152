#pragma once

// The steps of image.convert, each from an image to an image. Samples are taken as they are coded, not in
// linear light; each step computes in double or in exact integers, and rounds to nearest, halves up.

#include "core/media/node/context.h"
#include "core/media/node/value.h"

#include <array>
#include <string>

namespace ratescope::media::image {

/// n bits to m: v·(2^m − 1)/(2^n − 1). Chroma of full range keeps its centre (2^(n−1) to 2^(m−1)); samples of
/// limited range are multiplied by 2^(m − n). Subsampled chroma stays so.
Image withDepth(Context& context, const Image& image, int bits);

/// Grey and RGB of limited range (16 … 235 at 8 bits) stretched to 0 … peak; what lies outside is clamped.
Image withFullRange(Context& context, const Image& image);

/// The luma of a YCbCr image as a grey one of the same range.
Image lumaAlone(Context& context, const Image& image);

/// RGB: each channel; grey: BT.601 luma of `ground`. (a·colour + (peak − a)·ground)/peak; 8-bit sRGB ground.
/// Throws Error(Input) for a YCbCr or CMYK image.
Image overGround(Context& context, const Image& image, std::array<int, 3> ground);

/// The colour channels alone.
Image withoutAlpha(Context& context, const Image& image);

/// Y = 0.299 R + 0.587 G + 0.114 B (BT.601).
Image rgbToGrey(Context& context, const Image& image);
Image greyToRgb(Context& context, const Image& image);

/// R = (1 − C)(1 − K) and so on, for pictures without a profile.
Image cmykToRgbWithoutProfile(Context& context, const Image& image);

/// Not of subsampled chroma. Rows and columns turned and mirrored as the EXIF orientation (2 … 8) says; the result is upright.
Image upright(Context& context, const Image& image);

}  // namespace ratescope::media::image
