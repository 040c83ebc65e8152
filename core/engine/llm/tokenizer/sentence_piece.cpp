#include "core/engine/llm/tokenizer/sentence_piece.h"

#include "core/error.h"
#include "core/utf8.h"

#include <algorithm>
#include <charconv>

namespace ratescope::engine {
namespace {

using media::PieceKind;

/// The value of a piece of the form <0x0A>.
unsigned char byteOf(const std::string& piece) {
    unsigned value = 0;
    const char* const end = piece.data() + piece.size();
    const bool hasForm = piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>';
    if (!hasForm || std::from_chars(piece.data() + 3, end - 1, value, 16).ptr != end - 1)
        throw Error(ErrorKind::Input, "The tokenizer has " + quote(piece) + " as the piece of a byte.",
                    "Such pieces have the form <0x0A>; get the file anew from where it came.");
    return static_cast<unsigned char>(value);
}

std::string_view withoutBlanksAround(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

}  // namespace

std::string withMarkedBlanks(std::string_view text, const media::TokenizerData& data) {
    const bool removes = data.removesExtraBlanks;
    if (removes) text = withoutBlanksAround(text);
    std::string result;
    if (text.empty()) return result;
    result.reserve(text.size() + text.size() / 2);
    if (data.addsSpacePrefix) result += blankMark;
    bool afterBlank = false;
    for (const char byte : text) {
        const bool isBlank = byte == ' ';
        if (!isBlank)
            result.push_back(byte);
        else if (!removes || !afterBlank)
            result += blankMark;
        afterBlank = isBlank;
    }
    // Marks that stood in the text itself go with the blanks at its end.
    while (removes && result.ends_with(blankMark))
        result.resize(result.size() - blankMark.size());
    return result;
}

PieceTrie textPieces(const media::TokenizerData& data) {
    std::vector<PieceTrie::Piece> pieces;
    for (std::size_t i = 0; i < data.pieces.size(); ++i) {
        const PieceKind kind = data.kinds[i];
        if (kind == PieceKind::Normal || kind == PieceKind::UserDefined || kind == PieceKind::Unused)
            pieces.push_back({data.pieces[i], static_cast<std::int32_t>(i)});
    }
    return PieceTrie(std::move(pieces));
}

void appendMeaning(const media::TokenizerData& data, std::int32_t id, std::string& bytes) {
    std::string_view piece = data.pieces[static_cast<std::size_t>(id)];
    if (data.kinds[static_cast<std::size_t>(id)] == PieceKind::Byte) {
        bytes.push_back(static_cast<char>(byteOf(std::string(piece))));
        return;
    }
    while (!piece.empty()) {
        const std::size_t mark = std::min(piece.find(blankMark), piece.size());
        bytes += piece.substr(0, mark);
        piece.remove_prefix(mark);
        if (piece.empty()) break;
        bytes.push_back(' ');
        piece.remove_prefix(blankMark.size());
    }
}

Fallback::Fallback(const media::TokenizerData& data) {
    bytes_.fill(noId);
    for (std::size_t i = 0; i < data.pieces.size(); ++i) {
        if (data.kinds[i] == PieceKind::Byte) bytes_[byteOf(data.pieces[i])] = static_cast<std::int32_t>(i);
        if (data.kinds[i] == PieceKind::Unknown) unknown_ = static_cast<std::int32_t>(i);
    }
    if (data.unknown) unknown_ = *data.unknown;
    const auto missing = std::ranges::count(bytes_, noId);
    hasBytes_ = missing == 0;
    if (missing != 0 && missing != 256)
        throw Error(
            ErrorKind::Input,
            "The tokenizer has pieces for some bytes, but for " + std::to_string(missing) + " it has none.",
            "The file is damaged; get it anew from where it came.");
    if (!hasBytes_ && unknown_ == noId)
        throw Error(ErrorKind::Input, "The tokenizer has no piece for unknown text and none for bytes.",
                    "Get the file anew from where it came, with its piece <unk>.");
}

void Fallback::append(std::string_view text, std::vector<std::int32_t>& ids) const {
    if (!hasBytes_) return ids.push_back(unknown_);
    for (const char byte : text)
        ids.push_back(bytes_[static_cast<unsigned char>(byte)]);
}

void Fallback::joinRuns(std::size_t begin, std::vector<std::int32_t>& ids) const {
    if (hasBytes_) return;
    const auto isRepeated = [&](std::int32_t a, std::int32_t b) { return a == unknown_ && b == unknown_; };
    ids.erase(std::unique(ids.begin() + static_cast<std::ptrdiff_t>(begin), ids.end(), isRepeated),
              ids.end());
}

}  // namespace ratescope::engine
