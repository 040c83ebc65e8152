#pragma once

// The decoders and encoders behind image_file.h, one file a format.

#include "core/error.h"
#include "core/media/node/value.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

Image decodePng(std::span<const std::byte> bytes, const std::string& name);
Image decodeJpeg(std::span<const std::byte> bytes, const std::string& name);
Image decodePnm(std::span<const std::byte> bytes, const std::string& name);

std::vector<std::byte> encodePng(const Image& image, const std::string& name);
std::vector<std::byte> encodePnm(const Image& image, const std::string& name, ColourModel model);

std::string jpegLibraryVersion();
std::string pngLibraryVersion();

/// "<name> <reason>." with what can be done about a damaged picture.
Error damagedImage(const std::string& name, const std::string& reason);
/// "<name> can't hold …": the remedy names the conversion node.
Error unfitImage(const std::string& name, const std::string& reason);
/// Refuses empty pictures and those of more than maxImagePixels.
void checkImageSize(std::int64_t width, std::int64_t height, const std::string& name);

}  // namespace ratescope::media
