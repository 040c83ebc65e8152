#include "core/media/node/language_model.h"
#include "core/media/node/value_parts.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 2> architectures = {"llama", "bert"};
constexpr std::array<const char*, 3> scalings = {"none", "linear", "llama3"};
constexpr std::array<const char*, 11> formats = {"none", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0",
                                                 "q2_k", "q3_k", "q4_k", "q5_k", "q6_k"};
constexpr std::array<const char*, 4> tokenizers = {"byte-level-bpe", "sentencepiece-bpe",
                                                   "sentencepiece-unigram", "wordpiece"};
const std::string tensorPrefix = "tensor/";

json scalingFields(const RopeScaling& scaling) {
    return {{"kind", nameOf(scalings, scaling.kind)},
            {"factor", scaling.factor},
            {"lowFrequencyFactor", scaling.lowFrequencyFactor},
            {"highFrequencyFactor", scaling.highFrequencyFactor},
            {"originalContext", scaling.originalContext}};
}

RopeScaling scalingFrom(const json& fields) {
    RopeScaling scaling;
    scaling.kind = fromName<RopeScaling::Kind>(scalings, fields.at("kind").get<std::string>());
    scaling.factor = fields.at("factor").get<double>();
    scaling.lowFrequencyFactor = fields.at("lowFrequencyFactor").get<double>();
    scaling.highFrequencyFactor = fields.at("highFrequencyFactor").get<double>();
    scaling.originalContext = fields.at("originalContext").get<std::int64_t>();
    return scaling;
}

json configFields(const ModelConfig& config) {
    return {{"architecture", nameOf(architectures, config.architecture)},
            {"family", config.family},
            {"vocabulary", config.vocabulary},
            {"hidden", config.hidden},
            {"intermediate", config.intermediate},
            {"layers", config.layers},
            {"heads", config.heads},
            {"keyValueHeads", config.keyValueHeads},
            {"headSize", config.headSize},
            {"context", config.context},
            {"normEpsilon", config.normEpsilon},
            {"ropeBase", config.ropeBase},
            {"ropeOfNeighbours", config.ropeOfNeighbours},
            {"ropeScaling", scalingFields(config.ropeScaling)},
            {"slidingWindow", config.slidingWindow},
            {"tiedEmbeddings", config.tiedEmbeddings}};
}

ModelConfig configFrom(const json& fields) {
    ModelConfig config;
    config.architecture =
        fromName<ModelArchitecture>(architectures, fields.at("architecture").get<std::string>());
    config.family = fields.at("family").get<std::string>();
    config.vocabulary = fields.at("vocabulary").get<std::int64_t>();
    config.hidden = fields.at("hidden").get<std::int64_t>();
    config.intermediate = fields.at("intermediate").get<std::int64_t>();
    config.layers = fields.at("layers").get<std::int64_t>();
    config.heads = fields.at("heads").get<std::int64_t>();
    config.keyValueHeads = fields.at("keyValueHeads").get<std::int64_t>();
    config.headSize = fields.at("headSize").get<std::int64_t>();
    config.context = fields.at("context").get<std::int64_t>();
    config.normEpsilon = fields.at("normEpsilon").get<double>();
    config.ropeBase = fields.at("ropeBase").get<double>();
    config.ropeOfNeighbours = fields.at("ropeOfNeighbours").get<bool>();
    config.ropeScaling = scalingFrom(fields.at("ropeScaling"));
    config.slidingWindow = fields.at("slidingWindow").get<std::int64_t>();
    config.tiedEmbeddings = fields.at("tiedEmbeddings").get<bool>();
    return config;
}

json idOf(const std::optional<std::int32_t>& id) {
    return id ? json(*id) : json(nullptr);
}

std::optional<std::int32_t> idFrom(const json& field) {
    return field.is_null() ? std::nullopt : std::optional(field.get<std::int32_t>());
}

json tokenizerFields(const TokenizerData& tokenizer) {
    return {{"kind", nameOf(tokenizers, tokenizer.kind)},   {"splitter", tokenizer.splitter},
            {"beginning", idOf(tokenizer.beginning)},       {"end", idOf(tokenizer.end)},
            {"unknown", idOf(tokenizer.unknown)},           {"addsBeginning", tokenizer.addsBeginning},
            {"addsSpacePrefix", tokenizer.addsSpacePrefix}, {"lowerCase", tokenizer.lowerCase}};
}

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
    for (const std::uint8_t kind : vectorNamed(parts, "kinds", DType::U8).as<std::uint8_t>()) {
        if (kind > static_cast<std::uint8_t>(PieceKind::Byte))
            throw unfit("a piece of a tokenizer is of no known kind");
        kinds.push_back(static_cast<PieceKind>(kind));
    }
    return kinds;
}

TokenizerData tokenizerFrom(const ValueParts& parts, const json& fields) {
    TokenizerData tokenizer;
    tokenizer.kind = fromName<TokenizerKind>(tokenizers, fields.at("kind").get<std::string>());
    tokenizer.splitter = fields.at("splitter").get<std::string>();
    tokenizer.beginning = idFrom(fields.at("beginning"));
    tokenizer.end = idFrom(fields.at("end"));
    tokenizer.unknown = idFrom(fields.at("unknown"));
    tokenizer.addsBeginning = fields.at("addsBeginning").get<bool>();
    tokenizer.addsSpacePrefix = fields.at("addsSpacePrefix").get<bool>();
    tokenizer.lowerCase = fields.at("lowerCase").get<bool>();
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
    model->config = configFrom(fields.at("config"));
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
