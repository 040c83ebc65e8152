#include "core/engine/llm/tokenizer.h"

#include "core/engine/llm/tokenizer/encoder.h"
#include "core/engine/llm/tokenizer/piece_trie.h"
#include "core/error.h"
#include "core/utf8.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace ratescope::engine {
namespace {

using media::PieceKind;
using media::TokenizerData;
using media::TokenizerKind;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Input, what,
                "The file is damaged or of another kind; get it anew from where it came.");
}

bool isSentencePiece(TokenizerKind kind) {
    return kind == TokenizerKind::SentencePieceBpe || kind == TokenizerKind::SentencePieceUnigram;
}

void check(const TokenizerData& data) {
    const std::size_t count = data.pieces.size();
    if (count == 0) refuse("The tokenizer has no pieces.");
    if (count > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        refuse("The tokenizer has more pieces than there are ids.");
    // Text is cut where pieces end: that must not be inside of a character.
    const auto broken = std::ranges::find_if_not(data.pieces, isUtf8);
    if (broken != data.pieces.end())
        refuse("Piece " + std::to_string(broken - data.pieces.begin()) + " of the tokenizer is no UTF-8.");
    if (data.kinds.size() != count)
        refuse("The tokenizer has " + std::to_string(count) + " pieces, but kinds of " +
               std::to_string(data.kinds.size()) + ".");
    const bool mayLackScores = data.kind == TokenizerKind::SentencePieceBpe && data.scores.empty();
    if (isSentencePiece(data.kind) && data.scores.size() != count && !mayLackScores)
        refuse("The tokenizer has " + std::to_string(count) + " pieces, but " +
               std::to_string(data.scores.size()) + " scores.");
    if (!std::ranges::all_of(data.scores, [](float score) { return std::isfinite(score); }))
        refuse("A score of the tokenizer's is not a number.");
    for (const auto& id : {data.beginning, data.end, data.unknown})
        if (id && (*id < 0 || static_cast<std::size_t>(*id) >= count))
            refuse("The tokenizer names id " + std::to_string(*id) + ", but has " + std::to_string(count) +
                   " pieces.");
}

std::unique_ptr<Encoder> encoderOf(const TokenizerData& data) {
    switch (data.kind) {
        case TokenizerKind::ByteLevelBpe:
            return makeByteLevelBpe(data);
        case TokenizerKind::SentencePieceBpe:
            return makeSentencePieceBpe(data);
        case TokenizerKind::SentencePieceUnigram:
            return makeUnigram(data);
        case TokenizerKind::WordPiece:
            return makeWordPiece(data);
    }
    refuse("The tokenizer is of no known kind.");
}

/// The pieces that are cut out of text before it is encoded. SentencePiece looks for the user's by itself, among the
/// marks of blanks.
PieceTrie piecesApart(const TokenizerData& data, bool special) {
    std::vector<PieceTrie::Piece> apart;
    for (std::size_t i = 0; i < data.pieces.size(); ++i) {
        const PieceKind kind = data.kinds[i];
        const bool isSpecial = kind == PieceKind::Control || kind == PieceKind::Unknown;
        const bool isUsers = kind == PieceKind::UserDefined && !isSentencePiece(data.kind);
        if (isUsers || (special && isSpecial))
            apart.push_back({data.pieces[i], static_cast<std::int32_t>(i)});
    }
    return PieceTrie(std::move(apart));
}

}  // namespace

struct Tokenizer::Parts {
    TokenizerData data;
    std::unique_ptr<Encoder> encoder;
    PieceTrie users, special;  ///< what is cut out of plain text, and of text with special pieces

    explicit Parts(TokenizerData given) : data(std::move(given)) {
        check(data);
        encoder = encoderOf(data);
        users = piecesApart(data, false);
        special = piecesApart(data, true);
    }
};

Tokenizer::Tokenizer(media::TokenizerData data) : parts_(std::make_unique<Parts>(std::move(data))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
    std::vector<std::int32_t> ids;
    if (options.beginning) {
        if (!parts_->data.beginning)
            throw Error(ErrorKind::Input, "The model has no id for the beginning of a text.",
                        "Encode without the beginning.");
        ids.push_back(*parts_->data.beginning);
    }
    std::string repaired;
    if (!isUtf8(text)) text = repaired = repairedUtf8(text);

    const PieceTrie& apart = options.special ? parts_->special : parts_->users;
    std::size_t begin = 0;
    const auto encodeUpTo = [&](std::size_t end) {
        if (end > begin) parts_->encoder->encode(text.substr(begin, end - begin), ids);
    };
    for (std::size_t i = 0; !apart.isEmpty() && i < text.size();) {
        const PieceTrie::Match match = apart.longest(text.substr(i));
        if (match.size == 0) {
            ++i;
            continue;
        }
        encodeUpTo(i);
        ids.push_back(match.id);
        begin = i += match.size;
    }
    encodeUpTo(text.size());
    return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
    std::string bytes;
    for (const std::int32_t id : ids) {
        if (id < 0 || static_cast<std::size_t>(id) >= vocabulary())
            throw Error(ErrorKind::Input,
                        "Id " + std::to_string(id) + " is none of the " + std::to_string(vocabulary()) +
                            " of the vocabulary.",
                        "Use the tokenizer that the ids were made with.");
        parts_->encoder->decode(id, bytes);
    }
    return bytes;
}

std::size_t Tokenizer::vocabulary() const {
    return parts_->data.pieces.size();
}

const media::TokenizerData& Tokenizer::data() const {
    return parts_->data;
}

}  // namespace ratescope::engine
