#pragma once

// Part of a picture's value file, so that a view of a large one maps only what it shows.

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace ratescope::run {

struct Region {
    std::int64_t x = 0, y = 0, width = 0, height = 0;
};

/// The request's "region": [x, y, width, height]; nothing if there is none. Throws Error(Usage).
std::optional<Region> regionArgument(const nlohmann::json& arguments);

/// A value file beside `file` that holds the region of each array of three dimensions [height, width, channels] and of
/// a picture's chroma planes; cut to what lies within. Throws Error(Usage) when nothing does, the value is no picture,
/// or x or y is odd where subsampled chroma needs it even.
std::filesystem::path cutRegion(const std::filesystem::path& file, const Region& region);

}  // namespace ratescope::run
