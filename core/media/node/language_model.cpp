#include "core/media/node/language_model.h"

#include "core/error.h"
#include "core/media/node/block_names.h"
#include "core/media/quality/searched.h"
#include "core/utf8.h"

#include <algorithm>
#include <map>
#include <set>

namespace ratescope::media {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 31;  ///< of every number of a configuration
constexpr std::int64_t mostLayers = 4096;

Error unfitModel(const std::string& reason) {
    return Error(ErrorKind::Input, "A language model does not fit together: " + reason + ".",
                 "Fetch or export the model again.");
}

std::string toText(const Shape& shape) {
    std::string text;
    for (const std::int64_t extent : shape)
        text += (text.empty() ? "" : "×") + std::to_string(extent);
    return text.empty() ? "one element" : text;
}

struct Expected {
    Shape shape;
    bool required = true;
};

using ExpectedTensors = std::map<std::string, Expected>;

void addLinear(ExpectedTensors& all, const std::string& name, std::int64_t out, std::int64_t in,
               bool biasRequired) {
    all[name + ".weight"] = {{out, in}};
    all[name + ".bias"] = {{out}, biasRequired};
}

ExpectedTensors llamaTensors(const ModelConfig& config) {
    ExpectedTensors all;
    all["model.embed_tokens.weight"] = {{config.vocabulary, config.hidden}};
    all["model.norm.weight"] = {{config.hidden}};
    if (!config.tiedEmbeddings) all["lm_head.weight"] = {{config.vocabulary, config.hidden}};
    const std::int64_t queries = config.heads * config.headSize;
    const std::int64_t keys = config.keyValueHeads * config.headSize;
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string layer = blockPrefix(i);
        all[layer + "input_layernorm.weight"] = {{config.hidden}};
        all[layer + "post_attention_layernorm.weight"] = {{config.hidden}};
        addLinear(all, layer + "self_attn.q_proj", queries, config.hidden, false);
        addLinear(all, layer + "self_attn.k_proj", keys, config.hidden, false);
        addLinear(all, layer + "self_attn.v_proj", keys, config.hidden, false);
        addLinear(all, layer + "self_attn.o_proj", config.hidden, queries, false);
        all[layer + "mlp.gate_proj.weight"] = {{config.intermediate, config.hidden}};
        all[layer + "mlp.up_proj.weight"] = {{config.intermediate, config.hidden}};
        all[layer + "mlp.down_proj.weight"] = {{config.hidden, config.intermediate}};
    }
    return all;
}

void addLayerNorm(ExpectedTensors& all, const std::string& name, std::int64_t hidden) {
    all[name + ".weight"] = {{hidden}};
    all[name + ".bias"] = {{hidden}};
}

/// Token types are two in every BERT; a file may have another number, which its tensor then says.
ExpectedTensors bertTensors(const ModelConfig& config, const LanguageModel& model) {
    ExpectedTensors all;
    const ModelTensor* types = model.tensor("embeddings.token_type_embeddings.weight");
    const std::int64_t typeCount = types && !types->shape.empty() ? types->shape[0] : 2;
    all["embeddings.word_embeddings.weight"] = {{config.vocabulary, config.hidden}};
    all["embeddings.position_embeddings.weight"] = {{config.context, config.hidden}};
    all["embeddings.token_type_embeddings.weight"] = {{typeCount, config.hidden}};
    addLayerNorm(all, "embeddings.LayerNorm", config.hidden);
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string layer = "encoder.layer." + std::to_string(i) + ".";
        for (const char* part :
             {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"})
            addLinear(all, layer + part, config.hidden, config.hidden, true);
        addLayerNorm(all, layer + "attention.output.LayerNorm", config.hidden);
        addLinear(all, layer + "intermediate.dense", config.intermediate, config.hidden, true);
        addLinear(all, layer + "output.dense", config.hidden, config.intermediate, true);
        addLayerNorm(all, layer + "output.LayerNorm", config.hidden);
    }
    all["pooler.dense.weight"] = {{config.hidden, config.hidden}, false};
    all["pooler.dense.bias"] = {{config.hidden}, false};
    return all;
}

void checkConfig(const ModelConfig& config) {
    const std::pair<const char*, std::int64_t> counts[] = {
        {"vocabulary", config.vocabulary},          {"hidden size", config.hidden},
        {"intermediate size", config.intermediate}, {"number of layers", config.layers},
        {"number of heads", config.heads},          {"number of key and value heads", config.keyValueHeads},
        {"size of a head", config.headSize},        {"context", config.context}};
    for (const auto& [what, count] : counts)
        if (count < 1 || count > most)
            throw unfitModel("its " + std::string(what) + " is " + std::to_string(count));
    if (config.layers > mostLayers)
        throw unfitModel("its number of layers, " + std::to_string(config.layers) + ", is above " +
                         std::to_string(mostLayers));
    if (config.heads % config.keyValueHeads != 0)
        throw unfitModel("its heads can't be shared among its key and value heads");
    if (config.headSize > most / config.heads) throw unfitModel("its heads are too large");
    if (config.architecture == ModelArchitecture::Llama && config.headSize % 2 != 0)
        throw unfitModel("its heads have an odd size, which rotary positions can't halve");
    if (config.architecture == ModelArchitecture::Bert && config.heads * config.headSize != config.hidden)
        throw unfitModel("its heads do not make up its hidden size");
    if (!(config.normEpsilon > 0 && config.normEpsilon < 1))
        throw unfitModel("the epsilon of its norms is senseless");
    if (!(config.ropeBase > 1 && config.ropeBase < 1e12))
        throw unfitModel("the base of its rotary positions is senseless");
    if (config.slidingWindow < 0) throw unfitModel("its sliding window is negative");
}

void checkRopeScaling(const ModelConfig& config) {
    const RopeScaling& scaling = config.ropeScaling;
    const auto within = [](double value) { return value > 0 && value < 1e9; };
    if (!within(scaling.factor) || !within(scaling.lowFrequencyFactor) ||
        !within(scaling.highFrequencyFactor) || scaling.originalContext < 1 || scaling.originalContext > most)
        throw unfitModel("the scaling of its rotary positions is senseless");
    if (scaling.divisors.empty()) return;
    if (scaling.kind != RopeScaling::Kind::None ||
        scaling.divisors.size() != static_cast<std::size_t>(config.headSize / 2))
        throw unfitModel("its rotary frequencies have not one divisor a pair");
    if (!std::all_of(scaling.divisors.begin(), scaling.divisors.end(), within))
        throw unfitModel("a divisor of its rotary frequencies is senseless");
}

void checkTokenizer(const TokenizerData& tokenizer, std::int64_t vocabulary) {
    const std::size_t pieces = tokenizer.pieces.size();
    if (pieces > static_cast<std::size_t>(vocabulary))
        throw unfitModel("its tokenizer has " + std::to_string(pieces) + " pieces for a vocabulary of " +
                         std::to_string(vocabulary));
    if (tokenizer.kinds.size() != pieces || (!tokenizer.scores.empty() && tokenizer.scores.size() != pieces))
        throw unfitModel("its tokenizer has not one kind and one score a piece");
    for (const auto& id : {tokenizer.beginning, tokenizer.end, tokenizer.unknown})
        if (id && (*id < 0 || *id >= vocabulary))
            throw unfitModel("its tokenizer names the id " + std::to_string(*id) +
                             ", which is outside its vocabulary");
}

void checkLayout(const ModelTensor& tensor) {
    Shape layout = tensor.shape;
    if (tensor.blocks != BlockFormat::None) {
        const BlockSize size = blockSize(tensor.blocks);
        const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
        if (row % size.elements != 0)
            throw unfitModel("the rows of " + quote(tensor.name) + " are no whole blocks");
        const std::int64_t rows = row == 0 ? 0 : elementCount(tensor.shape) / row;
        layout = {rows, row / size.elements * size.bytes};
    }
    const bool rightType = tensor.blocks == BlockFormat::None ? isFloatingPoint(tensor.array.type())
                                                              : tensor.array.type() == DType::U8;
    if (!rightType) throw unfitModel("the elements of " + quote(tensor.name) + " are of the wrong type");
    if (tensor.array.shape() != layout)
        throw unfitModel("the data of " + quote(tensor.name) + " do not have its shape");
}

}  // namespace

BlockSize blockSize(BlockFormat format) {
    switch (format) {
        case BlockFormat::Q4_0:
            return {32, 18};
        case BlockFormat::Q4_1:
            return {32, 20};
        case BlockFormat::Q5_0:
            return {32, 22};
        case BlockFormat::Q5_1:
            return {32, 24};
        case BlockFormat::Q8_0:
            return {32, 34};
        case BlockFormat::Q2_K:
            return {256, 84};
        case BlockFormat::Q3_K:
            return {256, 110};
        case BlockFormat::Q4_K:
            return {256, 144};
        case BlockFormat::Q5_K:
            return {256, 176};
        case BlockFormat::Q6_K:
            return {256, 210};
        case BlockFormat::None:
            break;
    }
    throw Error(ErrorKind::Internal, "Plain elements have no blocks.", "");
}

bool usuallyTakesWholeWords(const std::string& splitter) {
    return splitter == "llama-bpe";
}

const ModelTensor* LanguageModel::tensor(const std::string& tensorName) const {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const ModelTensor& one) { return one.name == tensorName; });
    return found == tensors.end() ? nullptr : &*found;
}

void checkLanguageModel(const LanguageModel& model) {
    checkConfig(model.config);
    checkRopeScaling(model.config);
    checkTokenizer(model.tokenizer, model.config.vocabulary);
    const bool isLlama = model.config.architecture == ModelArchitecture::Llama;
    const ExpectedTensors expected = isLlama ? llamaTensors(model.config) : bertTensors(model.config, model);
    std::set<std::string> names;
    for (const ModelTensor& tensor : model.tensors) {
        if (!names.insert(tensor.name).second)
            throw unfitModel("the tensor " + quote(tensor.name) + " is there twice");
        const auto found = expected.find(tensor.name);
        if (found == expected.end())
            throw unfitModel("the tensor " + quote(tensor.name) + " belongs to no model of the " +
                             (isLlama ? "Llama" : "BERT") + " architecture that its configuration describes");
        if (tensor.shape != found->second.shape)
            throw unfitModel("the tensor " + quote(tensor.name) + " is " + toText(tensor.shape) + " where " +
                             toText(found->second.shape) + " is expected");
        checkLayout(tensor);
    }
    for (const auto& [name, of] : expected)
        if (of.required && !names.count(name)) throw unfitModel("the tensor " + quote(name) + " is missing");
}

}  // namespace ratescope::media
