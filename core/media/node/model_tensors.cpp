#include "core/media/node/model_tensors.h"

#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/media/node/language_model_fields.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace ratescope::media {
namespace {

using nlohmann::json;

json tokenizerJson(const TokenizerData& tokenizer) {
    json fields = tokenizerFields(tokenizer);
    fields["pieces"] = tokenizer.pieces;
    fields["scores"] = tokenizer.scores;
    json& kinds = fields["kinds"] = json::array();
    for (const PieceKind kind : tokenizer.kinds)
        kinds.push_back(static_cast<int>(kind));
    fields["merges"] = tokenizer.merges;
    return fields;
}

TokenizerData tokenizerOf(const json& fields) {
    TokenizerData tokenizer = tokenizerOfFields(fields);
    tokenizer.pieces = fields.at("pieces").get<std::vector<std::string>>();
    tokenizer.scores = fields.at("scores").get<std::vector<float>>();
    for (const json& kind : fields.at("kinds"))
        tokenizer.kinds.push_back(pieceKind(kind.get<std::uint64_t>()));
    tokenizer.merges = fields.at("merges").get<decltype(tokenizer.merges)>();
    return tokenizer;
}

std::string textOf(const LanguageModel& model) {
    const json whole{{"name", model.name},
                     {"config", configFields(model.config)},
                     {"rope-divisors", model.config.ropeScaling.divisors},
                     {"tokenizer", tokenizerJson(model.tokenizer)}};
    try {
        return whole.dump();
    } catch (const json::exception&) {
        throw Error(
            ErrorKind::Input,
            "The tokenizer of the language model \"" + model.name + "\" holds a piece that is no UTF-8.",
            "Export the model again.");
    }
}

LanguageModel modelOfText(const std::string& text) {
    try {
        const json whole = json::parse(text);
        LanguageModel model;
        model.name = whole.at("name").get<std::string>();
        model.config = configOfFields(whole.at("config"));
        model.config.ropeScaling.divisors = whole.at("rope-divisors").get<std::vector<float>>();
        model.tokenizer = tokenizerOf(whole.at("tokenizer"));
        return model;
    } catch (const json::exception&) {
        throw Error(ErrorKind::Input, "The configuration of a language model is damaged.",
                    "Encode the model again.");
    }
}

}  // namespace

TensorSet tensorsOf(const LanguageModel& model) {
    TensorSet set;
    set.schema = languageModelSchema;
    set.metadata = {{languageModelEntry, textOf(model)}, {searchedEntry, model.searched}};
    for (const ModelTensor& tensor : model.tensors)
        set.tensors.push_back(
            {tensor.name, tensor.blocks == BlockFormat::None ? tensor.array : toFloat(tensor)});
    return set;
}

LanguageModel languageModelOf(const TensorSet& set) {
    const auto entry = set.metadata.find(languageModelEntry);
    if (set.schema != languageModelSchema || entry == set.metadata.end())
        throw Error(ErrorKind::Input,
                    "These tensors are no language model: they have no configuration and no tokenizer.",
                    "Compress what a language model's source gives, and connect that.");
    LanguageModel model = modelOfText(entry->second);
    if (const auto searched = set.metadata.find(searchedEntry); searched != set.metadata.end())
        model.searched = searched->second;
    for (const Tensor& tensor : set.tensors)
        model.tensors.push_back({tensor.name, tensor.array.shape(), BlockFormat::None, tensor.array});
    checkLanguageModel(model);
    return model;
}

std::shared_ptr<const TensorSet> asTensors(const Value& value) {
    if (const auto* set = std::get_if<std::shared_ptr<const TensorSet>>(&value)) return *set;
    if (const auto* model = std::get_if<std::shared_ptr<const LanguageModel>>(&value))
        return std::make_shared<const TensorSet>(tensorsOf(**model));
    return nullptr;
}

std::shared_ptr<const LanguageModel> asLanguageModel(const Value& value) {
    if (const auto* model = std::get_if<std::shared_ptr<const LanguageModel>>(&value)) return *model;
    if (const auto* set = std::get_if<std::shared_ptr<const TensorSet>>(&value))
        return std::make_shared<const LanguageModel>(languageModelOf(**set));
    return nullptr;
}

}  // namespace ratescope::media
