#pragma once

// Structural similarity, and over several scales.
//
// SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image quality assessment: from error visibility to
// structural similarity, IEEE Trans. Image Processing 13(4), 2004, doi 10.1109/TIP.2003.819861. Window of 11 × 11
// taps, Gaussian of sigma 1.5, only where it fits whole; K1 = 0.01, K2 = 0.03, peak 2^n − 1; variances divided by the
// sum of the weights (no n − 1); mean over all windows. Not downsampled before, unlike the authors' MATLAB code for
// large pictures.
//
// MS-SSIM: Z. Wang, E. P. Simoncelli, A. C. Bovik, Multi-scale structural similarity for image quality assessment,
// Asilomar 2003, doi 10.1109/ACSSC.2003.1292216. Five scales, each the means of 2 × 2 pixels of the one before,
// weights 0.0448, 0.2856, 0.3001, 0.2363, 0.1333: the product of the means of the structure term of scales 1 to 4 and
// of the whole SSIM of scale 5, each raised to its weight, means below 0 taken as 0. An odd side is first lengthened
// by a row or column of black on top or on the left, as in pytorch-msssim 1.0.0, which published figures are made with.
//
// Of several channels: each by itself, then their mean. In 32-bit floats, sums in double: within 1e-6 of arithmetic in
// double (MS-SSIM with a term near 0, whose power magnifies: 5e-5), and the same bits for every Execution.

#include "core/media/node/value.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/picture_pair.h"

namespace ratescope::media {

/// The least sides that the window fits into, over one scale and over five.
inline constexpr std::int64_t ssimLeastSide = 11, msSsimLeastSide = 161;

/// 1 − SSIM, exactly 0 for equal pictures; up to 2. Grey or RGB pictures of 8 to 16 bits; for Look::Luma also YCbCr of
/// BT.601, full range. Throws Error(Input) for pictures that do not fit each other or the measure (checkPair), and for
/// sides below ssimLeastSide.
double ssimLoss(const Image& reference, const Image& candidate, Look look, const Execution& execution = {});

/// 1 − MS-SSIM, 0 to 1; as above, with sides of at least msSsimLeastSide.
double msSsimLoss(const Image& reference, const Image& candidate, Look look, const Execution& execution = {});

/// SSIM at every place of the window, mean over the channels: one F32 tensor "ssim" of shape [height − 10, width − 10],
/// whose element (0, 0) belongs to pixel (5, 5). Its mean is SSIM.
TensorSet ssimMap(const Image& reference, const Image& candidate, Look look, const Execution& execution = {});

/// What each place of the window adds to MS-SSIM: the product over the scales of their terms (below 0 taken as 0) at
/// the nearest place of the window, raised to the weights; mean over the channels. One F32 tensor "ms-ssim" of the
/// shape above. Its mean is not MS-SSIM, which multiplies means.
TensorSet msSsimMap(const Image& reference, const Image& candidate, Look look,
                    const Execution& execution = {});

}  // namespace ratescope::media
