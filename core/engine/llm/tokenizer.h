#pragma once

// Text to token ids and back, as the reference implementations do it, id for id: byte-level BPE (GPT-2, SmolLM2,
// Llama 3, Qwen2), SentencePiece (BPE and unigram), WordPiece.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::engine {

struct EncodeOptions {
    /// Control pieces (and the unknown one) that stand in the text become their ids, else plain text. The user's
    /// pieces always become theirs.
    bool special = false;
    bool beginning = false;  ///< the beginning-of-sequence id first
};

class Tokenizer {
  public:
    /// Throws Error(Input) where the data is inconsistent (no pieces, one that is no UTF-8, a merge of unknown
    /// pieces, pieces for some bytes but not for all in SentencePiece).
    explicit Tokenizer(media::TokenizerData data);
    ~Tokenizer();
    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;

    /// Bytes that are no UTF-8 are read as U+FFFD each, as the references do. A byte that has no piece in byte-level
    /// BPE is left out, as llama.cpp does (SmolLM2 has none for the control characters 4 and 6). Throws Error(Input)
    /// where an id that `options` asks for does not exist.
    std::vector<std::int32_t> encode(std::string_view text, EncodeOptions options = {}) const;
    /// The bytes of the pieces, joined; control pieces give their text. The blank that SentencePiece puts before a
    /// text stays, and WordPiece gets blanks between words. Throws Error(Input) for an id outside the vocabulary.
    std::string decode(std::span<const std::int32_t> ids) const;
    std::size_t vocabulary() const;
    const media::TokenizerData& data() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ratescope::engine
