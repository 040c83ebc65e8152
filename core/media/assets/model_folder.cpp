#include "core/media/assets/model_folder.h"

#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/media/assets/json_text.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/assets/safetensors_shards.h"
#include "core/media/assets/sentencepiece_file.h"
#include "core/media/assets/tokenizer_json.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* configName = "config.json";
constexpr const char* singleName = "model.safetensors";
constexpr const char* indexName = "model.safetensors.index.json";

bool isThere(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

fs::path firstOf(const fs::path& folder, std::initializer_list<const char*> names) {
    std::string listed;
    for (const char* name : names) {
        if (isThere(folder / name)) return folder / name;
        listed += (listed.empty() ? "" : " or ") + std::string(name);
    }
    throw Error(ErrorKind::Input, folder.string() + " has no " + listed + ".",
                "Fetch or export the model again.");
}

/// What follows from the configuration or is tied to the embeddings: transformers does not read it either.
bool isDerived(const std::string& name, const ModelConfig& config) {
    return name.ends_with("position_ids") || name.ends_with("rotary_emb.inv_freq") ||
           (config.tiedEmbeddings && name == "lm_head.weight");
}

std::vector<ModelTensor> tensorsOf(TensorSet set, const ModelConfig& config) {
    const std::string prefix = config.architecture == ModelArchitecture::Bert ? "bert." : "";
    std::vector<ModelTensor> tensors;
    for (Tensor& tensor : set.tensors) {
        if (isDerived(tensor.name, config)) continue;
        std::string name = tensor.name.starts_with(prefix) ? tensor.name.substr(prefix.size()) : tensor.name;
        const Shape shape = tensor.array.shape();
        tensors.push_back({std::move(name), shape, BlockFormat::None, std::move(tensor.array)});
    }
    return tensors;
}

TokenizerData readTokenizer(const fs::path& file) {
    const MappedFile mapped = mapFile(file);
    return file.extension() == ".json" ? parseTokenizerJson(mapped.bytes, file.string())
                                       : parseSentencePiece(mapped.bytes, file.string());
}

/// config.json names ids that the tokenizer's own file may leave out; several ends may stand in a list.
void readIds(TokenizerData& tokenizer, const json& config) {
    const auto idAt = [&](const char* key) -> std::optional<std::int32_t> {
        const auto found = config.find(key);
        if (found == config.end()) return std::nullopt;
        const json& id = found->is_array() && !found->empty() ? found->front() : *found;
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= tokenizer.pieces.size())
            return std::nullopt;
        return id.get<std::int32_t>();
    };
    if (!tokenizer.beginning) tokenizer.beginning = idAt("bos_token_id");
    if (!tokenizer.end) tokenizer.end = idAt("eos_token_id");
}

}  // namespace

std::vector<fs::path> filesOfModelFolder(const fs::path& folder) {
    std::vector<fs::path> files{firstOf(folder, {configName}),
                                firstOf(folder, {"tokenizer.json", "tokenizer.model"}),
                                firstOf(folder, {singleName, indexName})};
    if (files.back().filename() == indexName)
        for (const std::string& shard : shardsOf(folder / indexName))
            files.push_back(folder / shard);
    return files;
}

LanguageModel readModelFolder(const fs::path& folder) {
    const fs::path weights = firstOf(folder, {singleName, indexName});
    const MappedFile config = mapFile(folder / configName);
    LanguageModel model;
    model.name = (folder / "").parent_path().filename().string();
    model.config = parseModelConfig(config.bytes, (folder / configName).string());
    model.tokenizer = readTokenizer(firstOf(folder, {"tokenizer.json", "tokenizer.model"}));
    readIds(model.tokenizer,
            parseJsonObject(config.bytes, (folder / configName).string(), mostConfigMegabytes));
    model.tensors =
        tensorsOf(weights.filename() == indexName ? readSafetensorsShards(weights) : readSafetensors(weights),
                  model.config);
    checkLanguageModel(model);
    return model;
}

}  // namespace ratescope::media
