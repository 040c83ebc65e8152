#include "core/media/assets/tokenizer_json.h"

#include "core/error.h"
#include "core/media/assets/json_text.h"
#include "core/utf8.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ratescope::media {
namespace {

using nlohmann::json;

/// A vocabulary of 262,144 pieces takes 35.
constexpr std::size_t mostTokenizerMegabytes = 64;

// What stands in tokenizer.json of Llama 3 and Qwen2.
constexpr const char* llamaSplit =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* qwenSplit =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

struct Place {
    const std::string& name;

    Error damaged(const std::string& reason) const {
        return Error(ErrorKind::Input, name + " is no sound tokenizer: " + reason + ".",
                     "Fetch or export it again.");
    }
    Error unread(const std::string& what) const {
        return Error(ErrorKind::Input, name + " has " + what + ", which is not read.",
                     "Use a model with byte-level BPE of GPT-2, SmolLM, Llama 3 or Qwen2, SentencePiece BPE, "
                     "or BERT's "
                     "WordPiece.");
    }
};

std::string typeOf(const json& part) {
    return part.is_object() ? part.value("type", "") : "";
}

/// The parts of a normalizer or pre-tokenizer, a sequence or a single one.
std::vector<json> partsOf(const json& tree, const char* key, const char* list) {
    const auto found = tree.find(key);
    if (found == tree.end() || found->is_null()) return {};
    if (typeOf(*found) != "Sequence") return {*found};
    return found->at(list).get<std::vector<json>>();
}

bool isByteLevel(const json& part, bool ownRegex) {
    return typeOf(part) == "ByteLevel" && !part.value("add_prefix_space", true) &&
           part.value("use_regex", true) == ownRegex;
}

bool isSplit(const json& part, const char* expression) {
    if (typeOf(part) != "Split" || part.value("invert", false) || part.value("behavior", "") != "Isolated")
        return false;
    const auto pattern = part.find("pattern");
    return pattern != part.end() && pattern->is_object() && pattern->value("Regex", "") == expression;
}

std::string splitterOf(const json& tree, const Place& at) {
    const std::vector<json> parts = partsOf(tree, "pre_tokenizer", "pretokenizers");
    if (parts.size() == 1 && isByteLevel(parts[0], true)) return "gpt-2";
    if (parts.size() == 2) {
        if (typeOf(parts[0]) == "Digits" && parts[0].value("individual_digits", false) &&
            isByteLevel(parts[1], true))
            return "smollm";
        if (isByteLevel(parts[1], false)) {
            if (isSplit(parts[0], llamaSplit)) return "llama-bpe";
            if (isSplit(parts[0], qwenSplit)) return "qwen2";
        }
    }
    throw at.unread("a pre-tokenizer of its own");
}

void addPiece(TokenizerData& tokenizer, std::int64_t id, const std::string& piece, PieceKind kind,
              const Place& at) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= tokenizer.pieces.size()) {
        tokenizer.pieces.resize(index + 1);
        tokenizer.kinds.resize(index + 1, PieceKind::Unused);
    }
    if (tokenizer.kinds[index] != PieceKind::Unused && tokenizer.pieces[index] != piece)
        throw at.damaged("two pieces have the id " + std::to_string(id));
    tokenizer.pieces[index] = piece;
    tokenizer.kinds[index] = kind;
}

void readPieces(TokenizerData& tokenizer, const json& tree, const Place& at) {
    const json& vocabulary = tree.at("model").at("vocab");
    const json added = tree.value("added_tokens", json::array());
    // Ids are the places of pieces, so a huge one would ask for memory that nothing fills.
    const auto limit = static_cast<std::int64_t>(2 * (vocabulary.size() + added.size()) + 4096);
    const auto checked = [&](const json& id) {
        if (id.is_number_float()) throw at.damaged("an id is no whole number");
        const auto number = id.get<std::int64_t>();
        if (number < 0 || number >= limit)
            throw at.damaged("the id " + std::to_string(number) + " is out of range");
        return number;
    };
    for (const auto& [piece, id] : vocabulary.items())
        addPiece(tokenizer, checked(id), piece, PieceKind::Normal, at);
    for (const json& token : added)
        addPiece(tokenizer, checked(token.at("id")), token.at("content").get<std::string>(),
                 token.at("special").get<bool>() ? PieceKind::Control : PieceKind::UserDefined, at);
}

std::optional<std::int32_t> idOf(const TokenizerData& tokenizer, const std::string& piece) {
    const auto found = std::find(tokenizer.pieces.begin(), tokenizer.pieces.end(), piece);
    if (found == tokenizer.pieces.end()) return std::nullopt;
    return static_cast<std::int32_t>(found - tokenizer.pieces.begin());
}

/// "a b", or ["a", "b"] in newer files.
std::pair<std::string, std::string> mergeOf(const json& merge, const Place& at) {
    if (merge.is_array() && merge.size() == 2)
        return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    const auto text = merge.get<std::string>();
    const std::size_t blank = text.find(' ', 1);
    if (blank == std::string::npos || blank + 1 == text.size() ||
        text.find(' ', blank + 1) != std::string::npos)
        throw at.damaged("the merge " + quote(text) + " has not two pieces");
    return {text.substr(0, blank), text.substr(blank + 1)};
}

void readMerges(TokenizerData& tokenizer, const json& model, const Place& at) {
    for (const json& merge : model.at("merges"))
        tokenizer.merges.push_back(mergeOf(merge, at));
}

/// The first thing that a template adds is the beginning, where the text does not come first; the last is the end.
void readTemplate(TokenizerData& tokenizer, const json& tree, const Place& at) {
    for (const json& part : partsOf(tree, "post_processor", "processors")) {
        if (typeOf(part) != "TemplateProcessing") continue;
        const json& single = part.at("single");
        const auto idAt = [&](const json& item) -> std::optional<std::int32_t> {
            if (!item.contains("SpecialToken")) return std::nullopt;
            const auto token = item.at("SpecialToken").at("id").get<std::string>();
            const auto id = idOf(tokenizer, token);
            if (!id) throw at.damaged("its template names " + quote(token) + ", which is no piece");
            return id;
        };
        if (!single.is_array() || single.empty()) throw at.damaged("its template is empty");
        tokenizer.beginning = idAt(single.front());
        tokenizer.end = idAt(single.back());
        tokenizer.addsBeginning = tokenizer.beginning.has_value();
    }
}

void checkNothingAsked(const json& model, const Place& at) {
    for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
        if (const auto found = model.find(key);
            found != model.end() && !found->is_null() && *found != json(""))
            throw at.unread("BPE with " + std::string(key));
}

/// Added pieces are cut out of the text as it stands, and what lies between them is normalised.
bool asksForNfc(const json& tree, const Place& at) {
    const std::vector<json> parts = partsOf(tree, "normalizer", "normalizers");
    for (const json& part : parts)
        if (typeOf(part) != "NFC") throw at.unread("a normalizer of its own");
    if (parts.empty()) return false;
    for (const json& token : tree.value("added_tokens", json::array()))
        if (token.value("normalized", false))
            throw at.unread("an added piece that is looked for in normalised text");
    return true;
}

void readByteLevel(TokenizerData& tokenizer, const json& tree, const Place& at) {
    tokenizer.kind = TokenizerKind::ByteLevelBpe;
    tokenizer.splitter = splitterOf(tree, at);
    tokenizer.appliesNfc = asksForNfc(tree, at);
    tokenizer.takesWholeWords = tree.at("model").value("ignore_merges", false);
    tokenizer.addsSpacePrefix = false;
    readPieces(tokenizer, tree, at);
    readMerges(tokenizer, tree.at("model"), at);
}

/// Blanks are U+2581: by a normalizer (with or without one before the text), or by the pre-tokenizer Metaspace.
bool prefixOf(const json& tree, const Place& at) {
    bool replaces = false, prepends = false;
    for (const json& part : partsOf(tree, "normalizer", "normalizers")) {
        const bool isReplace = typeOf(part) == "Replace" && part.at("content") == "\u2581" &&
                               part.at("pattern").value("String", "") == " ";
        const bool isPrepend = typeOf(part) == "Prepend" && part.value("prepend", "") == "\u2581";
        if (!isReplace && !isPrepend) throw at.unread("a normalizer of its own");
        (isReplace ? replaces : prepends) = true;
    }
    for (const json& part : partsOf(tree, "pre_tokenizer", "pretokenizers")) {
        if (typeOf(part) != "Metaspace" || part.value("replacement", "") != "\u2581" ||
            part.value("split", true))
            throw at.unread("a pre-tokenizer of its own");
        replaces = true;
        prepends = prepends || part.value("prepend_scheme", "always") != "never";
    }
    if (!replaces) throw at.unread("BPE that is neither byte-level nor SentencePiece's");
    return prepends;
}

void readSentencePiece(TokenizerData& tokenizer, const json& tree, const Place& at) {
    tokenizer.kind = TokenizerKind::SentencePieceBpe;
    if (tree.at("model").value("ignore_merges", false))
        throw at.unread("SentencePiece BPE with ignore_merges");
    tokenizer.addsSpacePrefix = prefixOf(tree, at);
    readPieces(tokenizer, tree, at);
    for (std::size_t i = 0; i < tokenizer.pieces.size(); ++i) {
        const std::string& piece = tokenizer.pieces[i];
        if (piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>')
            tokenizer.kinds[i] = PieceKind::Byte;
    }
    readMerges(tokenizer, tree.at("model"), at);
}

void readWordPiece(TokenizerData& tokenizer, const json& tree, const Place& at) {
    tokenizer.kind = TokenizerKind::WordPiece;
    const std::vector<json> normalizers = partsOf(tree, "normalizer", "normalizers");
    const std::vector<json> splitters = partsOf(tree, "pre_tokenizer", "pretokenizers");
    if (normalizers.size() != 1 || typeOf(normalizers[0]) != "BertNormalizer" || splitters.size() != 1 ||
        typeOf(splitters[0]) != "BertPreTokenizer")
        throw at.unread("WordPiece without BERT's normalizer and pre-tokenizer");
    const json& normalizer = normalizers[0];
    tokenizer.lowerCase = normalizer.value("lowercase", false);
    const auto accents = normalizer.find("strip_accents");
    const bool strips =
        accents == normalizer.end() || accents->is_null() ? tokenizer.lowerCase : accents->get<bool>();
    if (strips != tokenizer.lowerCase || !normalizer.value("clean_text", false) ||
        !normalizer.value("handle_chinese_chars", false) ||
        tree.at("model").value("continuing_subword_prefix", "") != "##")
        throw at.unread("WordPiece with rules of its own");
    tokenizer.addsSpacePrefix = false;
    readPieces(tokenizer, tree, at);
}

void readUnknown(TokenizerData& tokenizer, const json& model, const Place& at) {
    const auto found = model.find("unk_token");
    if (found == model.end() || found->is_null()) return;
    const auto piece = found->get<std::string>();
    tokenizer.unknown = idOf(tokenizer, piece);
    if (!tokenizer.unknown) throw at.damaged("its unknown piece " + quote(piece) + " is missing");
    // Byte-level pieces leave nothing unknown: where a file names one, it is a control piece with another purpose.
    if (tokenizer.kind != TokenizerKind::ByteLevelBpe)
        tokenizer.kinds[static_cast<std::size_t>(*tokenizer.unknown)] = PieceKind::Unknown;
}

TokenizerData readTree(const json& tree, const Place& at) {
    TokenizerData tokenizer;
    const json& model = tree.at("model");
    const std::string type = typeOf(model);
    if (type == "BPE") {
        checkNothingAsked(model, at);
        model.value("byte_fallback", false) ? readSentencePiece(tokenizer, tree, at)
                                            : readByteLevel(tokenizer, tree, at);
    } else if (type == "WordPiece") {
        readWordPiece(tokenizer, tree, at);
    } else {
        throw at.unread("a tokenizer of the type " + quote(type));
    }
    if (tokenizer.pieces.empty()) throw at.damaged("it has no pieces");
    readUnknown(tokenizer, model, at);
    readTemplate(tokenizer, tree, at);
    return tokenizer;
}

}  // namespace

TokenizerData parseTokenizerJson(std::span<const std::byte> bytes, const std::string& name) {
    const json tree = parseJsonObject(bytes, name, mostTokenizerMegabytes);
    const Place at{name};
    try {
        return readTree(tree, at);
    } catch (const json::exception&) {
        throw at.damaged("a field is missing or of the wrong kind");
    }
}

}  // namespace ratescope::media
