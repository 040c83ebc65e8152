#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

namespace ratescope::media {

/// Lower-case (ASCII), without the dot: "png"; "" when there is none.
inline std::string extensionOf(const std::filesystem::path& file) {
    std::string extension = file.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return extension;
}

}  // namespace ratescope::media
