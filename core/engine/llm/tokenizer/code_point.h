#pragma once

// The characters of text that is known to be UTF-8 (core/utf8.h).

#include <cstddef>
#include <string_view>

namespace ratescope::engine {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  ///< in bytes
};

/// The character at byte `position` of well-formed UTF-8; `position` is the first byte of one.
inline CodePoint codePointAt(std::string_view text, std::size_t position) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t value = lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i)
        value = value << 6 | (byte(i) & 0x3fu);
    return {value, size};
}

}  // namespace ratescope::engine
