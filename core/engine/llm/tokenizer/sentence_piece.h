#pragma once

// What SentencePiece's two models have in common (Kudo and Richardson, "SentencePiece: A simple and language
// independent subword tokenizer", 2018): blanks are written as U+2581, and characters without a piece become the
// pieces of their bytes, or the unknown piece. Nothing else is done to the text (`identity`; Llama's models too).

#include "core/engine/llm/tokenizer/piece_trie.h"
#include "core/media/node/language_model.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::engine {

/// What a blank is written as.
constexpr std::string_view blankMark = "\xe2\x96\x81";

/// The text as its pieces are matched against it; empty only where `text` is empty or of blanks that are removed.
std::string withMarkedBlanks(std::string_view text, const media::TokenizerData& data);

/// Normal, unused and the user's pieces: those that text is matched against.
PieceTrie textPieces(const media::TokenizerData& data);

/// Appends what a piece stands for: its byte, or its text with blanks.
void appendMeaning(const media::TokenizerData& data, std::int32_t id, std::string& bytes);

class Fallback {
  public:
    /// Throws Error(Input) where some but not all bytes have a piece, or where neither bytes nor unknown text have.
    explicit Fallback(const media::TokenizerData& data);

    /// Appends the ids of a character that is no piece: its bytes', else the unknown one.
    void append(std::string_view text, std::vector<std::int32_t>& ids) const;
    /// A run of unknown characters counts once: joins those from `begin` on.
    void joinRuns(std::size_t begin, std::vector<std::int32_t>& ids) const;

  private:
    std::array<std::int32_t, 256> bytes_{};
    bool hasBytes_ = false;
    std::int32_t unknown_ = noId;
};

}  // namespace ratescope::engine
