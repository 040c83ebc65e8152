#pragma once

// How well a text fits what was typed: every letter in order, better in a row and at the beginnings of words.

#include <QString>
#include <optional>

namespace ratescope::views {

/// Greater is better; nothing where a letter is missing. An empty query fits everything with 0. Case and spaces of the
/// query do not count.
std::optional<int> fuzzyScore(const QString& query, const QString& text);

}  // namespace ratescope::views
