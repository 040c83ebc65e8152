#pragma once

// Raw YUV files: planes and nothing else, so that all that they are has to be said.

#include "core/media/assets/planar.h"
#include "core/media/node/value.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// Pixel formats that raw files may have, by ffmpeg's names: gray, yuv420p, yuv422p, yuv444p, and each of 10 and 12 bits
/// in two little-endian bytes, as yuv420p10le.
std::vector<std::string> rawFormats();
/// Nothing for any other name.
std::optional<PlanarFormat> rawFormat(const std::string& pixelFormat);

/// What a raw file does not say.
struct RawPicture {
    std::int64_t width = 0, height = 0;
    PlanarFormat format;
    Matrix matrix = Matrix::Bt601;  ///< of YCbCr
    Range range = Range::Limited;
    Siting siting = Siting::Left;  ///< of subsampled chroma
};

/// Throws Error(Input) that names the file: when it can't be read, its length is not that of one such picture (several are
/// video, which comes in a later version), the picture is too large, or a sample exceeds the bit depth.
Image readRaw(const std::filesystem::path& file, const RawPicture& picture);

/// The same from memory; `name` stands in messages.
Image decodeRaw(std::span<const std::byte> bytes, const RawPicture& picture, const std::string& name);

}  // namespace ratescope::media
