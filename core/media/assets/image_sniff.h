#pragma once

// What a picture file says of itself in its first bytes, without decoding it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace ratescope::media {

enum class ImageFormat { Unknown, Png, Jpeg, Pnm, Webp, Tiff, Y4m };

/// By the file's first bytes. Pnm is P2, P3, P5 or P6; Tiff is BigTIFF too.
ImageFormat imageFormatOf(std::span<const std::byte> bytes);

struct ImageSize {
    std::int64_t width = 0, height = 0;  ///< of the stored samples, before orientation
};

/// Reads the header only (of a JPEG, the segments up to the frame header; of a TIFF, its directories). Throws Error(Input) as
/// readImage.
ImageSize imageSize(const std::filesystem::path& file);
ImageSize imageSize(std::span<const std::byte> bytes, const std::string& name);

}  // namespace ratescope::media
