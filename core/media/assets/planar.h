#pragma once

// Pictures as planes one after the other, Y, Cb, Cr, rows packed, a byte a sample or two little-endian ones above 8 bits:
// what lies in raw YUV files and between the frame headers of Y4M.

#include "core/media/node/value.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

struct PlanarFormat {
    ColourModel model = ColourModel::YCbCr;  ///< or Grey: one plane
    Subsampling subsampling = Subsampling::C420;
    int bitDepth = 8;
};

/// Of one picture, for sides whose product is at most 2^28.
std::uint64_t planarBytes(const PlanarFormat& format, std::int64_t width, std::int64_t height);

/// From the first planarBytes of `bytes`; 4:4:4 is interleaved. Matrix, range and siting are left to the caller.
/// Throws Error(Input) when the picture is too large, `bytes` too short, or a sample exceeds the bit depth.
Image readPlanes(std::span<const std::byte> bytes, const PlanarFormat& format, std::int64_t width,
                 std::int64_t height, const std::string& name);

/// The inverse, for grey and YCbCr images without alpha.
void appendPlanes(std::vector<std::byte>& out, const Image& image);

}  // namespace ratescope::media
