#include "core/engine/llm/tokenizer.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>
#include <string_view>

using namespace ratescope;
using namespace ratescope::media;

namespace {

constexpr std::size_t mostPieces = 64;

/// A merge for each way in which two pieces make a third.
void addMerges(TokenizerData& data) {
    for (const std::string& whole : data.pieces)
        for (std::size_t cut = 1; cut < whole.size(); ++cut) {
            const std::string left = whole.substr(0, cut), right = whole.substr(cut);
            const bool bothAre = std::ranges::find(data.pieces, left) != data.pieces.end() &&
                                 std::ranges::find(data.pieces, right) != data.pieces.end();
            if (bothAre) data.merges.emplace_back(left, right);
        }
}

}  // namespace

/// Two bytes choose the tokenizer and its settings. Then come pieces, each with a byte for its kind before it and a
/// line feed after it; the text is what follows an empty line.
RATESCOPE_FUZZ(bytes) {
    if (bytes.size() < 2) return;
    const auto choice = static_cast<unsigned>(bytes[0]), settings = static_cast<unsigned>(bytes[1]);
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()) + 2, bytes.size() - 2);
    TokenizerData data;
    data.kind = static_cast<TokenizerKind>(choice % 4);
    data.splitter = std::to_array<const char*>({"gpt-2", "smollm", "llama-bpe", "qwen2"})[choice / 4 % 4];
    while (!rest.empty() && data.pieces.size() < mostPieces) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.empty()) break;
        data.kinds.push_back(static_cast<PieceKind>(static_cast<unsigned char>(line[0]) % 6));
        data.pieces.emplace_back(line.substr(1));
        data.scores.push_back(static_cast<float>(line[0]));
    }
    if (data.kind == TokenizerKind::ByteLevelBpe) addMerges(data);
    if (data.kind == TokenizerKind::SentencePieceBpe && (settings & 64) != 0) {
        data.scores.clear();
        addMerges(data);
    }
    data.unknown = static_cast<std::int32_t>(choice / 16);
    data.addsSpacePrefix = (settings & 1) != 0;
    data.removesExtraBlanks = (settings & 2) != 0;
    data.lowerCase = (settings & 4) != 0;
    data.appliesNfc = (settings & 16) != 0;
    data.takesWholeWords = (settings & 32) != 0;
    const engine::Tokenizer tokenizer(std::move(data));
    tokenizer.decode(tokenizer.encode(rest, {.special = (settings & 8) != 0}));
}
