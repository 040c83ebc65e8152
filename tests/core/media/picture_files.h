#pragma once

// Picture files of every unusual kind, made byte by byte for the tests of the readers.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::media {

using ByteVector = std::vector<std::byte>;

ByteVector bytesOf(std::string_view text);

struct PngChunk {
    std::string type;
    ByteVector data;
};

struct PngPlan {
    std::uint32_t width = 1, height = 1;
    int depth = 8;
    int colourType = 2;  ///< 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA
    bool interlaced = false;
    ByteVector rows;                    ///< packed rows without filter bytes
    ByteVector filtered;                ///< rows with their filter bytes, in place of `rows`
    std::vector<PngChunk> chunks;       ///< between IHDR and IDAT
    std::vector<PngChunk> chunksAfter;  ///< between IDAT and IEND
};

ByteVector makePng(const PngPlan& plan);
ByteVector bigEndian(std::initializer_list<std::uint32_t> values);
/// The chunk iCCP with this profile.
PngChunk profileChunk(const ByteVector& profile);

enum class JpegKind { Grey, YCbCr, Rgb, Cmyk, AdobeCmyk, AdobeYcck };

struct JpegPlan {
    int width = 1, height = 1;
    JpegKind kind = JpegKind::YCbCr;
    bool progressive = false;
    int quality = 95;
    ByteVector exif;     ///< TIFF structure; none when empty
    ByteVector profile;  ///< split over as many APP2 segments as it takes
    ByteVector samples;  ///< as handed to libjpeg: grey, RGB or CMYK, interleaved
};

ByteVector makeJpeg(const JpegPlan& plan);

/// A small valid ICC profile (linear RGB, or a grey gamma), padded to at least `size` bytes.
ByteVector makeProfile(bool grey, std::size_t size = 0);

}  // namespace ratescope::media
