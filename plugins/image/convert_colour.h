#pragma once

// RGB to YCbCr and back, and one form of YCbCr to another, between depths of 8 to 16 bits. With Kr, Kg, Kb = 0.299,
// 0.587, 0.114 (BT.601) or 0.2126, 0.7152, 0.0722 (BT.709), of gamma-coded R, G, B within 0 … 1:
//   Y = Kr·R + Kg·G + Kb·B      Cb = (B − Y) / (2 − 2·Kb)      Cr = (R − Y) / (2 − 2·Kr)
// in the levels of ycbcr_rows.h. All is computed in double from the stored samples to the new ones, chroma
// interpolated or averaged on the way, and rounded once: to nearest, halves up, clamped to 0 … 2^n − 1. Alpha is
// a·(2^m − 1)/(2^n − 1). Profile and orientation stay as fields.

#include "core/media/node/context.h"
#include "core/media/node/value.h"

namespace ratescope::media::image {

/// What tells one YCbCr from another, but for the depth.
struct YCbCrForm {
    Matrix matrix = Matrix::Bt601;
    Range range = Range::Full;
    Subsampling subsampling = Subsampling::C444;
    Siting siting = Siting::Centre;

    bool operator==(const YCbCrForm&) const = default;
};
YCbCrForm formOf(const Image& image);

/// Each of an image of 8 to 16 bits, of the model that its name says: grey, RGB (of full range) or YCbCr.
Image rgbToYCbCr(Context& context, const Image& image, const YCbCrForm& form, int bitDepth);
Image yCbCrToRgb(Context& context, const Image& image, int bitDepth);
/// With equal matrices luma and chroma stay apart; else by way of RGB that may lie outside 0 … 1. Chroma is resampled
/// only where it comes to lie in other places.
Image yCbCrToYCbCr(Context& context, const Image& image, const YCbCrForm& form, int bitDepth);

}  // namespace ratescope::media::image
