#pragma once

// TIFF files of every kind that the reader takes or refuses, made by libtiff for the tests.

#include "core/media/node/value.h"
#include "tests/core/media/picture_files.h"

namespace ratescope::media {

namespace tiff {
inline constexpr std::uint16_t none = 1, fax4 = 4, lzw = 5, jpeg = 7, deflate = 8, packBits = 32773,
                               zstd = 50000;
}

struct TiffPlan {
    std::uint32_t width = 1, height = 1;
    std::uint16_t bits = 8;
    std::uint16_t channels = 3;
    std::uint16_t photometric =
        2;  ///< 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 CIELAB
    std::uint16_t compression =
        1;  ///< 1 none, 2 to 4 fax, 5 LZW, 7 JPEG, 8 Deflate, 32773 PackBits, 50000 Zstandard
    std::uint16_t predictor = 1;
    std::uint16_t sampleFormat = 1;     ///< 1 unsigned, 2 signed, 3 floating point
    bool planar = false;                ///< a plane a channel
    std::uint32_t tile = 0;             ///< side of tiles; 0 for strips
    std::uint32_t rowsPerStrip = 4;     ///< of strips
    std::vector<std::uint16_t> extra;   ///< kinds of channels beside the colours: 1 premultiplied, 2 alpha
    std::vector<std::uint16_t> map[3];  ///< of palettes
    std::uint16_t orientation = 0;      ///< 0 for none
    std::uint16_t inkSet = 0;           ///< 0 for none
    std::uint32_t kind = 0;             ///< 1 preview, 2 page, 4 mask
    ByteVector profile;
    ByteVector samples;  ///< interleaved packed rows, samples of 16 bits in the machine's order
};

/// Of the image's samples, 8 or 16 bits, alpha as the last channel.
TiffPlan tiffPlanOf(const Image& image);

/// A page a plan. `mode` is libtiff's: "w" little-endian, "wb" big-endian, "w8" BigTIFF.
ByteVector makeTiff(const std::vector<TiffPlan>& pages, const char* mode = "wl");

}  // namespace ratescope::media
