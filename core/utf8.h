#pragma once

// Text from outside: whether it is text at all, and how messages may quote it.

#include <string>
#include <string_view>

namespace ratescope {

/// Well-formed UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

/// The text with U+FFFD in place of each byte that belongs to no well-formed character.
std::string repairedUtf8(std::string_view text);

/// In double quotes, cut after 80 bytes ("…"), control characters and bytes that are no UTF-8 shown as "?":
/// always UTF-8 itself, so that it can travel as JSON.
std::string quote(std::string_view text);

}  // namespace ratescope
