// Byte-level BPE (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.2): text is
// cut into words, a word into bytes, and the best-ranked neighbours of a list are joined. Pieces are written in an
// alphabet of 256 printable characters, one a byte.

#include "core/engine/llm/tokenizer/code_point.h"
#include "core/engine/llm/tokenizer/encoder.h"
#include "core/engine/llm/tokenizer/merge_ranks.h"
#include "core/engine/llm/tokenizer/normal_form.h"
#include "core/engine/llm/tokenizer/piece_trie.h"
#include "core/engine/llm/tokenizer/splitter.h"
#include "core/engine/llm/tokenizer/word_cache.h"
#include "core/error.h"
#include "core/utf8.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace ratescope::engine {
namespace {

constexpr std::size_t bytes = 256;
/// Bytes that are no printable character of Latin-1 are written as the characters from here on, in their order.
constexpr char32_t firstStandIn = 0x100;

constexpr bool standsForItself(std::size_t byte) {
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/// The alphabet: the character of each byte.
constexpr std::array<char32_t, bytes> alphabet() {
    std::array<char32_t, bytes> characters{};
    char32_t next = firstStandIn;
    for (std::size_t byte = 0; byte < bytes; ++byte)
        characters[byte] = standsForItself(byte) ? static_cast<char32_t>(byte) : next++;
    return characters;
}

/// The byte of each character below the last stand-in; nothing where a character is none of the alphabet.
std::optional<char> byteOf(char32_t character) {
    static const auto inverse = [] {
        std::unordered_map<char32_t, char> result;
        for (std::size_t byte = 0; byte < bytes; ++byte)
            result.emplace(alphabet()[byte], static_cast<char>(byte));
        return result;
    }();
    const auto found = inverse.find(character);
    return found == inverse.end() ? std::nullopt : std::optional(found->second);
}

/// The bytes that a piece stands for; nothing where it is not written in the alphabet.
std::optional<std::string> bytesOf(const std::string& piece) {
    if (!isUtf8(piece)) return std::nullopt;
    std::string result;
    for (std::size_t i = 0; i < piece.size();) {
        const CodePoint point = codePointAt(piece, i);
        const auto byte = byteOf(point.value);
        if (!byte) return std::nullopt;
        result.push_back(*byte);
        i += point.size;
    }
    return result;
}

class ByteLevelBpe : public Encoder {
  public:
    explicit ByteLevelBpe(const media::TokenizerData& data)
        : data_(data), splitter_(data.splitter), merges_(data) {
        byteIds_.fill(noId);
        std::vector<std::pair<std::string, std::int32_t>> words;
        for (std::size_t i = 0; i < data.pieces.size(); ++i) {
            const auto id = static_cast<std::int32_t>(i);
            if (data.kinds[i] != media::PieceKind::Normal) continue;
            const auto raw = bytesOf(data.pieces[i]);
            if (!raw) continue;
            if (raw->size() == 1) byteIds_[static_cast<unsigned char>(raw->front())] = id;
            if (data.takesWholeWords) words.emplace_back(*raw, id);
        }
        if (std::ranges::all_of(byteIds_, [](std::int32_t id) { return id == noId; }))
            throw Error(ErrorKind::Input, "The tokenizer has no piece for any byte.",
                        "Its pieces must be written in GPT-2's alphabet of bytes; convert the file anew.");
        std::vector<PieceTrie::Piece> pieces;
        for (const auto& [raw, id] : words)
            pieces.push_back({raw, id});
        words_ = PieceTrie(std::move(pieces));
    }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override {
        const std::optional<std::string> normal = data_.appliesNfc ? composed(text) : std::nullopt;
        if (normal) text = *normal;
        WordCache cache(ids);
        Merger merger;
        while (!text.empty()) {
            const std::size_t size = splitter_.wordSize(text);
            cache.append(text.substr(0, size), [&](std::string_view word) { encodeWord(word, merger, ids); });
            text.remove_prefix(size);
        }
    }

    void decode(std::int32_t id, std::string& result) const override {
        const std::string& piece = data_.pieces[static_cast<std::size_t>(id)];
        const bool isNormal = data_.kinds[static_cast<std::size_t>(id)] == media::PieceKind::Normal;
        result += isNormal ? bytesOf(piece).value_or(piece) : piece;
    }

  private:
    void encodeWord(std::string_view word, Merger& merger, std::vector<std::int32_t>& ids) const {
        if (const std::int32_t whole = words_.find(word); whole != noId) {
            ids.push_back(whole);
            return;
        }
        merger.symbols.clear();
        for (std::size_t i = 0; i < word.size(); ++i)
            merger.symbols.push_back({i, 1, byteIds_[static_cast<unsigned char>(word[i])]});
        merger.run([&](const Symbol& left, const Symbol& right) { return merges_.join(left.id, right.id); });
        // Bytes that training never saw have no piece in some vocabularies (SmolLM2: 21 of them, mostly such as no
        // UTF-8 holds). The references leave them out.
        for (const Symbol& symbol : merger.symbols)
            if (symbol.id != noId) ids.push_back(symbol.id);
    }

    const media::TokenizerData& data_;
    Splitter splitter_;
    std::array<std::int32_t, bytes> byteIds_{};
    MergeRanks merges_;
    PieceTrie words_;  ///< by their bytes; only where whole words are taken
};

}  // namespace

std::unique_ptr<Encoder> makeByteLevelBpe(const media::TokenizerData& data) {
    return std::make_unique<ByteLevelBpe>(data);
}

}  // namespace ratescope::engine
