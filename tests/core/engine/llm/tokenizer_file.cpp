#include "tests/core/engine/llm/tokenizer_file.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <stdexcept>

namespace ratescope::engine {
namespace {

using nlohmann::json;

media::TokenizerKind kindOf(const std::string& name) {
    static const std::map<std::string, media::TokenizerKind> kinds{
        {"byte-level-bpe", media::TokenizerKind::ByteLevelBpe},
        {"sentencepiece-bpe", media::TokenizerKind::SentencePieceBpe},
        {"sentencepiece-unigram", media::TokenizerKind::SentencePieceUnigram},
        {"wordpiece", media::TokenizerKind::WordPiece}};
    return kinds.at(name);
}

std::optional<std::int32_t> idIn(const json& parts, const char* name) {
    return parts.contains(name) ? std::optional(parts[name].get<std::int32_t>()) : std::nullopt;
}

/// Text that is no UTF-8 stands in hexadecimal digits.
std::string fromHex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string textOf(const json& example) {
    if (example.contains("hex")) return fromHex(example["hex"]);
    return example.at("text");
}

}  // namespace

TokenizerFile readTokenizerFile(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path.string() + " can't be read");
    const json parts = json::parse(file);
    TokenizerFile result;
    media::TokenizerData& data = result.data;
    data.kind = kindOf(parts.at("kind"));
    data.splitter = parts.value("splitter", "");
    data.pieces = parts.at("pieces").get<std::vector<std::string>>();
    data.scores = parts.value("scores", std::vector<float>{});
    static const std::string letters = "n?cuxb";
    for (const char letter : parts.at("kinds").get<std::string>())
        data.kinds.push_back(static_cast<media::PieceKind>(letters.find(letter)));
    for (const std::string merge : parts.value("merges", json::array())) {
        const std::size_t gap = merge.find(' ');
        data.merges.emplace_back(merge.substr(0, gap), merge.substr(gap + 1));
    }
    data.beginning = idIn(parts, "beginning");
    data.unknown = idIn(parts, "unknown");
    data.addsSpacePrefix = parts.value("spacePrefix", true);
    data.removesExtraBlanks = parts.value("removesExtraBlanks", false);
    data.lowerCase = parts.value("lowerCase", false);
    data.appliesNfc = parts.value("nfc", false);
    for (const json& example : parts.value("cases", json::array()))
        result.cases.push_back(
            {textOf(example), example.at("ids"), example.value("words", std::vector<std::size_t>{})});
    return result;
}

}  // namespace ratescope::engine
