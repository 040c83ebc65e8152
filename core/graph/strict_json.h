#pragma once

// Reading and writing JSON that people keep: hostile files are refused before they cost memory or stack, and
// equal values give equal bytes.

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ratescope::graph {

inline constexpr std::size_t maximumJsonBytes = std::size_t{64} << 20;
inline constexpr std::size_t maximumJsonDepth = 64;
inline constexpr std::size_t maximumJsonValues = 8'000'000;

/// RFC 8259, and stricter: no key twice in an object, no integer beyond 64 bits, no real beyond double, at
/// most maximumJsonDepth levels and maximumJsonValues values. `name` stands in the message, with line and
/// column. Throws Error(Input).
nlohmann::json parseJson(std::string_view text, const std::string& name);

/// Throws Error(Input) naming the file if it can't be read, is empty, too large, or as parseJson.
nlohmann::json readJson(const std::filesystem::path& file);

/// Indented by two, with arrays and objects that fit on one line of 100 columns kept there; reals as shortest
/// text with a point or exponent; a line feed at the end. Throws Error(Document) for a number that is not
/// finite or text that is not UTF-8.
std::string jsonText(const nlohmann::ordered_json& json);

/// Written aside in the same folder, flushed, renamed over `file`. Throws Error(Resource) naming the file
/// when it can't be written; what was there is then as before.
void replaceFile(const std::filesystem::path& file, std::string_view bytes);

}  // namespace ratescope::graph
