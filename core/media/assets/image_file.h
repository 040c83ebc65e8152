#pragma once

// Picture files to images and back. Reads PNG, JPEG, WebP, TIFF, PGM and PPM (P2, P3, P5, P6) and Y4M, told apart by
// content, never by name. docs/input.md says what becomes of each unusual kind.
//
// Samples are never converted, except: palettes are expanded to RGB (RGBA when an entry is transparent), a
// transparent colour (PNG tRNS) becomes alpha, JPEG's YCbCr becomes RGB (ISLOW, fancy upsampling, as
// djpeg), lossy WebP's too (as dwebp), YCCK becomes CMYK, and TIFF's white-is-zero grey is turned round. In a Cmyk
// image 0 is no ink; Adobe's inverted files are turned round.

#include "core/media/node/value.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace ratescope::media {

/// The libraries that picture files are read with: name → version.
std::map<std::string, std::string> imageLibraries();

/// A picture with more pixels than this is refused before memory is asked for.
inline constexpr std::int64_t maxImagePixels = std::int64_t{1} << 28;

/// Throws Error(Input) that names the file: missing, empty, of no known format, truncated, corrupt, too
/// large. A JPEG with damaged entropy-coded data is refused, not patched up with grey.
Image readImage(const std::filesystem::path& file);

/// The same from memory; `name` stands in messages.
Image decodeImage(std::span<const std::byte> bytes, const std::string& name);

/// By extension: png (grey or RGB with or without alpha, 8 and 16 bit, grey also 1, 2 and 4 bit; profile
/// and orientation are embedded), pgm, ppm, pnm (either, by the colour model; any depth to 16 bits, big-endian), y4m
/// (YCbCr of any subsampling, or grey, of 8 to 16 bits); these have no alpha, no profile, no orientation. Throws
/// Error(Usage) for another extension, Error(Input) for an image that the format
/// can't hold (naming the conversion node), Error(Resource) when it can't be written; then nothing is left
/// behind.
void writeImage(const std::filesystem::path& file, const Image& image);

}  // namespace ratescope::media
