#pragma once

// Tokenizers and what their references give, as scripts/bench.d/reference_tokenizers.py and tokenizers/make.py write
// them, for tests and benchmarks.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ratescope::engine {

struct TokenizerCase {
    std::string text;
    std::vector<std::int32_t> ids;   ///< the reference's
    std::vector<std::size_t> words;  ///< sizes in bytes; byte-level BPE only
};

/// By the reader of its format: a .model of SentencePiece's, else a tokenizer.json. Throws Error.
media::TokenizerData readTokenizer(const std::filesystem::path& path);

/// Throws std::exception where the file is not as it should be.
std::vector<TokenizerCase> readTokenizerCases(const std::filesystem::path& path);

}  // namespace ratescope::engine
