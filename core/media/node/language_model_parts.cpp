#include "core/media/node/language_model.h"
#include "core/media/node/language_model_fields.h"
#include "core/media/node/value_parts.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 11> formats = {"none", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0",
                                                 "q2_k", "q3_k", "q4_k", "q5_k", "q6_k"};
const std::string tensorPrefix = "tensor/";

void addTokenizer(ValueParts& parts, const TokenizerData& tokenizer) {
    std::vector<std::string> left, right;
    for (const auto& [first, second] : tokenizer.merges) {
        left.push_back(first);
        right.push_back(second);
    }
    addTexts(parts, "pieces", tokenizer.pieces);
    addTexts(parts, "merges-left", left);
    addTexts(parts, "merges-right", right);
    parts.arrays.push_back({"scores", arrayOf(tokenizer.scores, DType::F32)});
    parts.arrays.push_back({"kinds", arrayOf(tokenizer.kinds, DType::U8)});
}

std::vector<PieceKind> kindsFrom(const ValueParts& parts) {
    std::vector<PieceKind> kinds;
    for (const std::uint8_t kind : vectorNamed(parts, "kinds", DType::U8).as<std::uint8_t>())
        kinds.push_back(pieceKind(kind));
    return kinds;
}

TokenizerData tokenizerFrom(const ValueParts& parts, const json& fields) {
    TokenizerData tokenizer = tokenizerOfFields(fields);
    tokenizer.pieces = textsFrom(parts, "pieces");
    tokenizer.scores = numbersFrom<float>(parts, "scores", DType::F32);
    tokenizer.kinds = kindsFrom(parts);
    std::vector<std::string> left = textsFrom(parts, "merges-left"), right = textsFrom(parts, "merges-right");
    if (left.size() != right.size()) throw unfit("a merge of a tokenizer lacks a piece");
    for (std::size_t i = 0; i < left.size(); ++i)
        tokenizer.merges.emplace_back(std::move(left[i]), std::move(right[i]));
    return tokenizer;
}

const Array& arrayNamed(const ValueParts& parts, const std::string& name, std::size_t from) {
    // Tensors stand in the order of the fields, so that it is nearly always the one looked at first.
    for (std::size_t i = 0; i < parts.arrays.size(); ++i) {
        const NamedArray& part = parts.arrays[(from + i) % parts.arrays.size()];
        if (part.name == name) return part.array;
    }
    throw unfit("a tensor of a language model is missing");
}

std::size_t sizeInMemory(const TokenizerData& tokenizer) {
    std::size_t bytes = tokenizer.scores.size() * sizeof(float) + tokenizer.kinds.size();
    for (const std::string& piece : tokenizer.pieces)
        bytes += sizeof(std::string) + piece.size();
    for (const auto& [left, right] : tokenizer.merges)
        bytes += 2 * sizeof(std::string) + left.size() + right.size();
    return bytes;
}

}  // namespace

ValueParts languageModelParts(const LanguageModel& model) {
    ValueParts parts{"LanguageModel", "", {}};
    json tensors = json::array();
    for (const ModelTensor& tensor : model.tensors) {
        tensors.push_back(
            {{"name", tensor.name}, {"shape", tensor.shape}, {"blocks", nameOf(formats, tensor.blocks)}});
        parts.arrays.push_back({tensorPrefix + tensor.name, tensor.array});
    }
    addTokenizer(parts, model.tokenizer);
    parts.arrays.push_back({"rope-divisors", arrayOf(model.config.ropeScaling.divisors, DType::F32)});
    parts.fields = json{
        {"name", model.name},
        {"searched", model.searched},
        {"config", configFields(model.config)},
        {"tokenizer", tokenizerFields(model.tokenizer)},
        {"tensors",
         tensors}}.dump();
    return parts;
}

std::shared_ptr<const LanguageModel> languageModelFrom(const ValueParts& parts) {
    const json fields = json::parse(parts.fields);
    auto model = std::make_shared<LanguageModel>();
    model->name = fields.at("name").get<std::string>();
    model->searched = fields.at("searched").get<std::string>();
    model->config = configOfFields(fields.at("config"));
    model->config.ropeScaling.divisors = numbersFrom<float>(parts, "rope-divisors", DType::F32);
    model->tokenizer = tokenizerFrom(parts, fields.at("tokenizer"));
    for (const json& entry : fields.at("tensors")) {
        ModelTensor& tensor = model->tensors.emplace_back();
        tensor.name = entry.at("name").get<std::string>();
        tensor.shape = entry.at("shape").get<Shape>();
        tensor.blocks = fromName<BlockFormat>(formats, entry.at("blocks").get<std::string>());
        tensor.array = arrayNamed(parts, tensorPrefix + tensor.name, model->tensors.size() - 1);
    }
    constexpr std::size_t others =
        9;  // pieces, the two of merges and where each text ends; scores, kinds, divisors
    if (parts.arrays.size() != model->tensors.size() + others)
        throw unfit("a language model has an array that does not belong there");
    checkLanguageModel(*model);
    return model;
}

std::size_t languageModelSize(const LanguageModel& model) {
    std::size_t bytes = sizeof(LanguageModel) + sizeInMemory(model.tokenizer);
    for (const ModelTensor& tensor : model.tensors)
        bytes += sizeof(ModelTensor) + tensor.name.size() +
                 (tensor.array.isMapped() ? 0 : tensor.array.byteSize());
    return bytes;
}

}  // namespace ratescope::media
