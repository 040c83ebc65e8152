#pragma once

// RGB to YCbCr and back: BT.601, 4:4:4, 8 to 16 bits a sample, alpha kept as it is. With n bits, peak =
// 2^n − 1, s = 2^(n−8):
//   full range     Y = 0.299 R + 0.587 G + 0.114 B       Cb = 2^(n−1) + (B − Y)/1.772   Cr likewise /1.402
//                  (JFIF at 8 bits; n bits as in ITU-T T.871's formula)
//   limited range  Y' = 16 s + 219 s·Y/peak              C' = 128 s + 224 s·(C − 2^(n−1))/peak
// Computed in double, rounded to nearest (halves away from zero), clamped to 0 … peak.

#include "core/media/node/value.h"

namespace ratescope::media {

/// Throws Error(Input) unless the image is RGB of 8 to 16 bits.
Image rgbToYCbCr(const Image& image, Range range);

/// Throws Error(Input) unless the image is YCbCr of BT.601 and of 8 to 16 bits.
Image yCbCrToRgb(const Image& image);

}  // namespace ratescope::media
