#include "core/media/node/language_model_fields.h"

#include "core/media/node/value_parts.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 2> architectures = {"llama", "bert"};
constexpr std::array<const char*, 3> scalings = {"none", "linear", "llama3"};
constexpr std::array<const char*, 4> tokenizers = {"byte-level-bpe", "sentencepiece-bpe",
                                                   "sentencepiece-unigram", "wordpiece"};

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

json idOf(const std::optional<std::int32_t>& id) {
    return id ? json(*id) : json(nullptr);
}

std::optional<std::int32_t> idFrom(const json& field) {
    return field.is_null() ? std::nullopt : std::optional(field.get<std::int32_t>());
}

}  // namespace

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

ModelConfig configOfFields(const json& fields) {
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

json tokenizerFields(const TokenizerData& tokenizer) {
    json fields = {{"kind", nameOf(tokenizers, tokenizer.kind)},   {"splitter", tokenizer.splitter},
                   {"beginning", idOf(tokenizer.beginning)},       {"end", idOf(tokenizer.end)},
                   {"unknown", idOf(tokenizer.unknown)},           {"addsBeginning", tokenizer.addsBeginning},
                   {"addsSpacePrefix", tokenizer.addsSpacePrefix}, {"lowerCase", tokenizer.lowerCase}};
    // What older versions did not store stands here only where it is not as they had it: else streams and value files
    // of the same model would be others than theirs.
    if (tokenizer.removesExtraBlanks) fields["removesExtraBlanks"] = true;
    if (tokenizer.appliesNfc) fields["appliesNfc"] = true;
    if (tokenizer.takesWholeWords != usuallyTakesWholeWords(tokenizer.splitter))
        fields["takesWholeWords"] = tokenizer.takesWholeWords;
    return fields;
}

TokenizerData tokenizerOfFields(const json& fields) {
    TokenizerData tokenizer;
    tokenizer.kind = fromName<TokenizerKind>(tokenizers, fields.at("kind").get<std::string>());
    tokenizer.splitter = fields.at("splitter").get<std::string>();
    tokenizer.beginning = idFrom(fields.at("beginning"));
    tokenizer.end = idFrom(fields.at("end"));
    tokenizer.unknown = idFrom(fields.at("unknown"));
    tokenizer.addsBeginning = fields.at("addsBeginning").get<bool>();
    tokenizer.addsSpacePrefix = fields.at("addsSpacePrefix").get<bool>();
    tokenizer.lowerCase = fields.at("lowerCase").get<bool>();
    tokenizer.removesExtraBlanks = fields.value("removesExtraBlanks", false);
    tokenizer.appliesNfc = fields.value("appliesNfc", false);
    tokenizer.takesWholeWords = fields.value("takesWholeWords", usuallyTakesWholeWords(tokenizer.splitter));
    return tokenizer;
}

PieceKind pieceKind(std::uint64_t kind) {
    if (kind > static_cast<std::uint64_t>(PieceKind::Byte))
        throw unfit("a piece of a tokenizer is of no known kind");
    return static_cast<PieceKind>(kind);
}

}  // namespace ratescope::media
