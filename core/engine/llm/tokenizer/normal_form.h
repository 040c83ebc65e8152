#pragma once

// Unicode's canonical normal forms (Unicode Standard Annex 15), by the system's ICU.

#include <optional>
#include <string>
#include <string_view>

namespace ratescope::engine {

/// NFD of UTF-8. Throws Error(Input) for text of over 2 GiB, as composed().
std::string decomposed(std::string_view text);

/// NFC of UTF-8; nothing where the text is in that form already, as nearly every text is: one look over it says so.
std::optional<std::string> composed(std::string_view text);

}  // namespace ratescope::engine
