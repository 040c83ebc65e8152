// SentencePiece's BPE: neighbours that together are a piece are joined, those of the highest score first. Pieces without
// scores come with a list of merges, and only those are made: what Hugging Face makes of such a model.

#include "core/engine/llm/tokenizer/code_point.h"
#include "core/engine/llm/tokenizer/encoder.h"
#include "core/engine/llm/tokenizer/merge_ranks.h"
#include "core/engine/llm/tokenizer/sentence_piece.h"
#include "core/engine/llm/tokenizer/word_cache.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace ratescope::engine {
namespace {

using media::PieceKind;

/// Whether `piece` goes on with a blank after something else, so that words can't be taken one by one.
bool reachesIntoNextWord(std::string_view piece) {
    while (piece.starts_with(blankMark))
        piece.remove_prefix(blankMark.size());
    return piece.find(blankMark) != std::string_view::npos;
}

/// The front of `text` as far as its blanks and what follows them up to the next blank.
std::size_t wordSize(std::string_view text) {
    std::size_t begin = 0;
    while (text.substr(begin).starts_with(blankMark))
        begin += blankMark.size();
    return std::min(text.find(blankMark, begin), text.size());
}

/// Where pieces that are not to be used were made in between, and of what: the size of the left part.
using Halves = std::unordered_map<std::string_view, std::size_t>;

class SentencePieceBpe : public Encoder {
  public:
    explicit SentencePieceBpe(const media::TokenizerData& data)
        : data_(data), pieces_(textPieces(data)), merges_(data), fallback_(data) {
        std::vector<PieceTrie::Piece> fixed;
        for (std::size_t i = 0; i < data.pieces.size(); ++i) {
            const auto id = static_cast<std::int32_t>(i);
            if (data.kinds[i] == PieceKind::UserDefined)
                fixed.push_back({data.pieces[i], id});
            else if (takesWords_)
                takesWords_ = !reachesIntoNextWord(data.pieces[i]);
        }
        fixed_ = PieceTrie(std::move(fixed));
    }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override {
        const std::string marked = withMarkedBlanks(text, data_);
        const std::size_t before = ids.size();
        Run run{.cache = WordCache(ids), .ids = ids};
        std::size_t begin = 0;
        for (std::size_t i = 0; !fixed_.isEmpty() && i < marked.size();) {
            const std::string_view rest = std::string_view(marked).substr(i);
            const PieceTrie::Match match = fixed_.longest(rest);
            if (match.size == 0) {
                i += codePointAt(rest, 0).size;
                continue;
            }
            encodePlain(std::string_view(marked).substr(begin, i - begin), run);
            ids.push_back(match.id);
            begin = i += match.size;
        }
        encodePlain(std::string_view(marked).substr(begin), run);
        fallback_.joinRuns(before, ids);
    }

    void decode(std::int32_t id, std::string& bytes) const override { appendMeaning(data_, id, bytes); }

  private:
    struct Run {
        WordCache cache;
        std::vector<std::int32_t>& ids;
        Merger merger{};
    };

    /// Text without pieces of the user's.
    void encodePlain(std::string_view text, Run& run) const {
        while (!text.empty()) {
            const std::size_t size = takesWords_ ? wordSize(text) : text.size();
            run.cache.append(text.substr(0, size), [&](std::string_view word) { encodeWord(word, run); });
            text.remove_prefix(size);
        }
    }

    void encodeWord(std::string_view word, Run& run) const {
        Halves halves;
        run.merger.symbols.clear();
        for (std::size_t i = 0; i < word.size();) {
            const std::size_t size = codePointAt(word, i).size;
            run.merger.symbols.push_back({i, size, pieces_.find(word.substr(i, size))});
            i += size;
        }
        if (data_.scores.empty())
            run.merger.run(
                [&](const Symbol& left, const Symbol& right) { return merges_.join(left.id, right.id); });
        else
            run.merger.run([&](const Symbol& left, const Symbol& right) {
                const std::string_view both = word.substr(left.begin, left.size + right.size);
                const std::int32_t id = pieces_.find(both);
                if (id == noId) return Joined{};
                if (kindOf(id) == PieceKind::Unused) halves[both] = left.size;
                return Joined{id, -double{data_.scores[static_cast<std::size_t>(id)]}};
            });
        for (const Symbol& symbol : run.merger.symbols)
            append(word.substr(symbol.begin, symbol.size), symbol.id, halves, run);
    }

    PieceKind kindOf(std::int32_t id) const { return data_.kinds[static_cast<std::size_t>(id)]; }

    /// A piece that is not to be used is taken apart again, as far as it was put together.
    void append(std::string_view text, std::int32_t id, const Halves& halves, Run& run) const {
        std::vector<std::pair<std::string_view, std::int32_t>> open{{text, id}};
        while (!open.empty()) {
            const auto [part, partId] = open.back();
            open.pop_back();
            const bool isUnused = partId != noId && kindOf(partId) == PieceKind::Unused;
            const auto found = isUnused ? halves.find(part) : halves.end();
            if (found != halves.end()) {
                for (const std::string_view half :
                     {part.substr(found->second), part.substr(0, found->second)})
                    open.emplace_back(half, pieces_.find(half));
            } else if (partId != noId) {
                run.ids.push_back(partId);
            } else {
                fallback_.append(part, run.ids);
            }
        }
    }

    const media::TokenizerData& data_;
    PieceTrie pieces_;
    MergeRanks merges_;  ///< only where pieces have no scores
    PieceTrie fixed_;    ///< the user's pieces: never cut, never joined
    Fallback fallback_;
    bool takesWords_ = true;  ///< no piece spans two words: what a word becomes depends on nothing around it
};

}  // namespace

std::unique_ptr<Encoder> makeSentencePieceBpe(const media::TokenizerData& data) {
    return std::make_unique<SentencePieceBpe>(data);
}

}  // namespace ratescope::engine
