#pragma once

// JSON of files from outside as a tree: limits on size and depth first, errors that name the file.

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace ratescope::media {

/// An object. Throws Error(Input) that names the file where it is larger than 100 MB, nested deeper than 32, no UTF-8
/// JSON, or another thing than an object.
nlohmann::json parseJsonObject(std::span<const std::byte> bytes, const std::string& name);

}  // namespace ratescope::media
