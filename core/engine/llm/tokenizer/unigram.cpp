// SentencePiece's unigram model: the pieces that together have the highest score, by Viterbi's algorithm (Kudo,
// "Subword Regularization", 2018). Sums are made in single precision, as in the reference (0.2.3): that decides
// between paths that are nearly equal.

#include "core/engine/llm/tokenizer/code_point.h"
#include "core/engine/llm/tokenizer/encoder.h"
#include "core/engine/llm/tokenizer/sentence_piece.h"

#include <algorithm>
#include <limits>

namespace ratescope::engine {
namespace {

using media::PieceKind;

/// By how much an unknown character is worse than the worst piece.
constexpr float unknownPenalty = 10;

/// The best way to a position in the text.
struct Arrival {
    static constexpr std::size_t none = ~std::size_t{0};
    std::size_t from = none;
    float score = 0;
    std::int32_t id = noId;  ///< of the last piece; noId: an unknown character

    void offer(std::size_t start, float offered, std::int32_t piece) {
        if (from != none && offered <= score) return;
        from = start;
        score = offered;
        id = piece;
    }
};

class Unigram : public Encoder {
  public:
    explicit Unigram(const media::TokenizerData& data)
        : data_(data), pieces_(textPieces(data)), fallback_(data) {
        float least = std::numeric_limits<float>::max();
        for (std::size_t i = 0; i < data.pieces.size(); ++i) {
            if (data.kinds[i] != PieceKind::Normal) continue;
            least = std::min(least, data.scores[i]);
            greatest_ = std::max(greatest_, data.scores[i]);
        }
        unknownScore_ = least - unknownPenalty;
    }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override {
        const std::string marked = withMarkedBlanks(text, data_);
        std::vector<Arrival> arrivals(marked.size() + 1);
        for (std::size_t begin = 0; begin < marked.size(); begin += codePointAt(marked, begin).size)
            leave(marked, begin, arrivals);
        appendPath(marked, arrivals, ids);
    }

    void decode(std::int32_t id, std::string& bytes) const override { appendMeaning(data_, id, bytes); }

  private:
    /// Goes on from `begin` with each piece that stands there.
    void leave(std::string_view text, std::size_t begin, std::vector<Arrival>& arrivals) const {
        const std::size_t character = codePointAt(text, begin).size;
        const float sofar = arrivals[begin].score;
        bool hasCharacter = false;
        PieceTrie::Node node = 0;
        for (std::size_t end = begin; end < text.size();) {
            node = pieces_.child(node, text[end++]);
            if (node == 0) break;
            const std::int32_t id = pieces_.idAt(node);
            if (id == noId || data_.kinds[static_cast<std::size_t>(id)] == PieceKind::Unused) continue;
            arrivals[end].offer(begin, score(id, end - begin) + sofar, id);
            hasCharacter = hasCharacter || end - begin == character;
        }
        if (!hasCharacter) arrivals[begin + character].offer(begin, unknownScore_ + sofar, noId);
    }

    /// The user's pieces are worth more than any that cover the same text.
    float score(std::int32_t id, std::size_t size) const {
        if (data_.kinds[static_cast<std::size_t>(id)] == PieceKind::UserDefined)
            return static_cast<float>(static_cast<float>(size) * greatest_ - 0.1);
        return data_.scores[static_cast<std::size_t>(id)];
    }

    void appendPath(std::string_view text, const std::vector<Arrival>& arrivals,
                    std::vector<std::int32_t>& ids) const {
        std::vector<std::size_t> ends;
        for (std::size_t end = text.size(); end > 0; end = arrivals[end].from)
            ends.push_back(end);
        const std::size_t before = ids.size();
        for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
            const Arrival& arrival = arrivals[*end];
            if (arrival.id != noId)
                ids.push_back(arrival.id);
            else
                fallback_.append(text.substr(arrival.from, *end - arrival.from), ids);
        }
        fallback_.joinRuns(before, ids);
    }

    const media::TokenizerData& data_;
    PieceTrie pieces_;
    Fallback fallback_;
    /// Of the normal pieces; never below the least positive number, as in the reference.
    float greatest_ = std::numeric_limits<float>::min();
    float unknownScore_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> makeUnigram(const media::TokenizerData& data) {
    return std::make_unique<Unigram>(data);
}

}  // namespace ratescope::engine
