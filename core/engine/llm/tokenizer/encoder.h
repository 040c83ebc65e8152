#pragma once

// What the four kinds of tokenizer have in common. Each keeps a reference to the data it is made of.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::engine {

class Encoder {
  public:
    virtual ~Encoder() = default;
    /// Appends the ids of `text`: UTF-8, not empty, without the pieces that are cut out beforehand.
    virtual void encode(std::string_view text, std::vector<std::int32_t>& ids) const = 0;
    /// Appends what the piece `id` stands for; `id` is of the vocabulary.
    virtual void decode(std::int32_t id, std::string& bytes) const = 0;
};

/// Each throws Error(Input) where the data is inconsistent; that sizes agree and ids are in range is known.
std::unique_ptr<Encoder> makeByteLevelBpe(const media::TokenizerData& data);
std::unique_ptr<Encoder> makeSentencePieceBpe(const media::TokenizerData& data);
std::unique_ptr<Encoder> makeUnigram(const media::TokenizerData& data);
std::unique_ptr<Encoder> makeWordPiece(const media::TokenizerData& data);

}  // namespace ratescope::engine
