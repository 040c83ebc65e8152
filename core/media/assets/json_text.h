#pragma once

// JSON of files from outside as a tree: limits on size, depth and number of values first, errors that name the file.

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace ratescope::media {

/// An object. Throws Error(Input) that names the file where it is larger than so many MB, nested deeper than 32, has more
/// than 2^22 values (twice those of the largest vocabularies), is no UTF-8 JSON, or another thing than an object.
nlohmann::json parseJsonObject(std::span<const std::byte> bytes, const std::string& name,
                               std::size_t mostMegabytes);

}  // namespace ratescope::media
