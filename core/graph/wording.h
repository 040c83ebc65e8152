#pragma once

// Words of messages: quotation, lists, spelling.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::graph {

/// In double quotes; long text is cut, control characters are shown as "?".
std::string inQuotes(std::string_view text);

/// "a, b, c"; after `most` "and n more".
std::string listed(const std::vector<std::string>& words, std::size_t most = 12);

/// The word of `known` that `word` is most likely a misspelling of (Damerau-Levenshtein distance of at most
/// a third of its length, first of equals); "" if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// `Did you mean "quality"?`, or, when no word is near, `intro` with the known words listed.
std::string didYouMean(std::string_view word, const std::vector<std::string>& known,
                       const std::string& intro);

bool isUtf8(std::string_view text);

/// Number of code points of UTF-8 text: the columns it takes, as far as Ratescope's texts go.
std::size_t columnsOf(std::string_view text);

}  // namespace ratescope::graph
