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
    bool special = false;    ///< control pieces that stand in the text become their ids, else plain text
    bool beginning = false;  ///< the beginning-of-sequence id first
};

class Tokenizer {
  public:
    /// Throws Error(Input) where the data is inconsistent (no pieces, a merge of unknown pieces, a missing byte).
    explicit Tokenizer(media::TokenizerData data);
    ~Tokenizer();
    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;

    /// Bytes that are no UTF-8 become what the reference makes of them. Throws Error(Input) where an id that
    /// `options` asks for does not exist.
    std::vector<std::int32_t> encode(std::string_view text, EncodeOptions options = {}) const;
    /// The bytes of the pieces, joined. Throws Error(Input) for an id outside the vocabulary.
    std::string decode(std::span<const std::int32_t> ids) const;
    std::size_t vocabulary() const;
    const media::TokenizerData& data() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ratescope::engine
