#pragma once

// Tokenizers as scripts/bench.d/reference_tokenizers.py writes them, for tests and benchmarks.

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

struct TokenizerFile {
    media::TokenizerData data;
    std::vector<TokenizerCase> cases;
};

/// Throws std::exception where the file is not as it should be.
TokenizerFile readTokenizerFile(const std::filesystem::path& path);

}  // namespace ratescope::engine
