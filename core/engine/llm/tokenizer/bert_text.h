#pragma once

// What BERT's basic tokenizer does before WordPiece (Devlin et al., "BERT", 2019; the rules are those of Hugging
// Face's BertNormalizer and BertPreTokenizer): control characters go, blanks become U+0020, Chinese characters and
// punctuation stand alone, and where case does not matter, letters are made small and lose their accents.

#include <cstddef>
#include <string>
#include <string_view>

namespace ratescope::engine {

/// `text` is UTF-8, and so is the result.
std::string bertText(std::string_view text, bool lowerCase);

/// The size in bytes of the word at the front of what bertText made; 0 for a blank, which is no word. Not of "".
std::size_t bertWordSize(std::string_view text);

}  // namespace ratescope::engine
