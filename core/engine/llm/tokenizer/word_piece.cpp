// WordPiece (Schuster and Nakajima, "Japanese and Korean Voice Search", 2012, as BERT uses it): a word is its longest
// piece, then the longest that goes on, "##" before it; a word that can't be covered is unknown as a whole.

#include "core/engine/llm/tokenizer/bert_text.h"
#include "core/engine/llm/tokenizer/code_point.h"
#include "core/engine/llm/tokenizer/encoder.h"
#include "core/engine/llm/tokenizer/piece_trie.h"
#include "core/engine/llm/tokenizer/word_cache.h"
#include "core/error.h"

namespace ratescope::engine {
namespace {

constexpr std::string_view goesOn = "##";
/// A longer word is unknown, as in the reference.
constexpr std::size_t longestWord = 100;

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); i += codePointAt(text, i).size)
        ++count;
    return count;
}

class WordPiece : public Encoder {
  public:
    explicit WordPiece(const media::TokenizerData& data) : data_(data) {
        if (!data.unknown)
            throw Error(ErrorKind::Input, "The tokenizer has no piece for unknown words.",
                        "Get the file anew from where it came, with its piece [UNK].");
        unknown_ = *data.unknown;
        std::vector<PieceTrie::Piece> first, later;
        for (std::size_t i = 0; i < data.pieces.size(); ++i) {
            const std::string_view piece = data.pieces[i];
            const auto id = static_cast<std::int32_t>(i);
            first.push_back({piece, id});
            if (piece.starts_with(goesOn)) later.push_back({piece.substr(goesOn.size()), id});
        }
        first_ = PieceTrie(std::move(first));
        later_ = PieceTrie(std::move(later));
    }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override {
        const std::string prepared = bertText(text, data_.lowerCase);
        WordCache cache(ids);
        for (std::string_view rest = prepared; !rest.empty();) {
            const std::size_t size = bertWordSize(rest);
            if (size > 0)
                cache.append(rest.substr(0, size), [&](std::string_view word) { encodeWord(word, ids); });
            rest.remove_prefix(size > 0 ? size : 1);
        }
    }

    void decode(std::int32_t id, std::string& bytes) const override {
        const std::string_view piece = data_.pieces[static_cast<std::size_t>(id)];
        if (piece.starts_with(goesOn)) {
            bytes += piece.substr(goesOn.size());
            return;
        }
        if (!bytes.empty()) bytes.push_back(' ');
        bytes += piece;
    }

  private:
    void encodeWord(std::string_view word, std::vector<std::int32_t>& ids) const {
        const std::size_t before = ids.size();
        std::string_view rest = characters(word) > longestWord ? std::string_view{} : word;
        bool isKnown = !rest.empty();
        while (isKnown && !rest.empty()) {
            const PieceTrie::Match match = (rest.size() == word.size() ? first_ : later_).longest(rest);
            isKnown = match.size > 0;
            ids.push_back(match.id);
            rest.remove_prefix(match.size);
        }
        if (isKnown) return;
        ids.resize(before);
        ids.push_back(unknown_);
    }

    const media::TokenizerData& data_;
    PieceTrie first_, later_;  ///< the pieces that begin a word, and those that go on, without their mark
    std::int32_t unknown_ = noId;
};

}  // namespace

std::unique_ptr<Encoder> makeWordPiece(const media::TokenizerData& data) {
    return std::make_unique<WordPiece>(data);
}

}  // namespace ratescope::engine
