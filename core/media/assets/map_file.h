#pragma once

// A measure's error map as a file: a picture for people, its numbers for programs.

#include "core/media/node/value.h"

#include <filesystem>
#include <optional>

namespace ratescope::media {

/// What black and white stand for in a map's picture. Zero always lies within, so that "no error" looks the same
/// in maps whose errors have no sign.
struct MapRange {
    double low = 0, high = 0;
};

/// Of a map that is a plane: one tensor [height, width] or [height, width, channels], or an image; channels are
/// averaged. Over its finite values. Nothing for any other map.
std::optional<MapRange> mapRange(const Value& map);

/// The file's extension decides: png is an 8-bit grey picture, linear from mapRange's low (black) to its high
/// (white); safetensors holds the map as it is, an image as the tensor "map". Throws Error(Usage) for another
/// extension and for a picture of a map that is no plane; Error(Input) for a picture of NaN or infinities.
void writeMap(const Value& map, const std::filesystem::path& file);

}  // namespace ratescope::media
