#pragma once

// Mean squared error of pictures, the statistic behind PSNR: all values here are MSE / peak², with peak =
// 2^bitDepth − 1, so that PSNR = −10·log10(value) (finish `minus-db-ratio` of the statistic (value, 1)).
//
// Luma and chroma are those of BT.601, full range, 4:4:4, from R'G'B' in exact arithmetic, nothing rounded:
//   Y  = 0.299 R + 0.587 G + 0.114 B
//   Cb = (B − Y) / 1.772        Cr = (R − Y) / 1.402        (offsets cancel in differences)
// Squared differences are summed as integers. Samples are taken as stored: profiles and
// orientation do not count.

#include "core/media/node/value.h"

namespace ratescope::media {

/// Over all samples of an RGB or grey picture.
/// All functions of this header throw Error(Input) when the two differ in size (naming both), depth, model or
/// alpha; when there is alpha, CMYK, or YCbCr where the function does not take it (naming image.convert).
double normalisedMse(const Image& reference, const Image& candidate);

/// Over luma. A grey picture is its own luma; YCbCr pictures, of any subsampling, must be BT.601 full range.
double normalisedLumaMse(const Image& reference, const Image& candidate);

struct YCbCrMse {
    double y = 0, cb = 0, cr = 0;
};

/// Of each plane: RGB, or YCbCr of BT.601 full range, 4:4:4; a grey picture has no chroma and is refused.
YCbCrMse normalisedYCbCrMse(const Image& reference, const Image& candidate);

/// Of each plane as it is stored, of any matrix, range and subsampling, over the samples that it has: YCbCr only.
YCbCrMse normalisedPlaneMse(const Image& reference, const Image& candidate);

/// Weighted error: (6·Y + Cb + Cr) / 8.
double weightedMse611(const YCbCrMse& mse);

/// The statistic whose PSNR is the weighted mean of PSNRs (6·PSNR_Y + PSNR_Cb + PSNR_Cr) / 8 of Ohm et al.
/// 2012 (doi 10.1109/TCSVT.2012.2221192): y^(6/8)·cb^(1/8)·cr^(1/8). Zero when a plane has no error.
double geometricMse611(const YCbCrMse& mse);

/// Squared error per pixel, mean over the colour channels, / peak²: one F32 tensor "squared-error" of shape
/// [height, width]. Its mean is normalisedMse. Refuses subsampled chroma.
TensorSet squaredErrorMap(const Image& reference, const Image& candidate);

}  // namespace ratescope::media
