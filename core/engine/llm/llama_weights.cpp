#include "core/engine/llm/llama_weights.h"

#include "core/engine/tensor.h"
#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/media/node/block_names.h"
#include "core/utf8.h"

#include <ATen/ATen.h>

namespace ratescope::engine {
namespace {

/// Rows of one of a block's tensors; undefined `whole` where the model lacks it.
struct Part {
    at::Tensor* whole = nullptr;
    std::int64_t firstRow = 0, rows = 0;

    explicit operator bool() const { return whole && whole->defined(); }
    at::Tensor view() const { return whole->narrow(0, firstRow, rows); }
};

Part partOf(LlamaBlock& block, const media::ModelConfig& config, std::string_view name) {
    const std::int64_t queries = config.heads * config.headSize,
                       keys = config.keyValueHeads * config.headSize;
    const std::int64_t hidden = config.hidden, between = config.intermediate;
    const std::pair<std::string_view, Part> parts[] = {
        {"input_layernorm.weight", {&block.attentionNorm, 0, hidden}},
        {"post_attention_layernorm.weight", {&block.feedForwardNorm, 0, hidden}},
        {"self_attn.q_proj.weight", {&block.queryKeyValue, 0, queries}},
        {"self_attn.k_proj.weight", {&block.queryKeyValue, queries, keys}},
        {"self_attn.v_proj.weight", {&block.queryKeyValue, queries + keys, keys}},
        {"self_attn.q_proj.bias", {&block.queryKeyValueBias, 0, queries}},
        {"self_attn.k_proj.bias", {&block.queryKeyValueBias, queries, keys}},
        {"self_attn.v_proj.bias", {&block.queryKeyValueBias, queries + keys, keys}},
        {"self_attn.o_proj.weight", {&block.attentionOutput, 0, hidden}},
        {"self_attn.o_proj.bias", {&block.attentionOutputBias, 0, hidden}},
        {"mlp.gate_proj.weight", {&block.gateAndUp, 0, between}},
        {"mlp.up_proj.weight", {&block.gateAndUp, between, between}},
        {"mlp.down_proj.weight", {&block.down, 0, hidden}}};
    for (const auto& [partName, part] : parts)
        if (partName == name) return part;
    return {};
}

Part partOf(LlamaWeights& weights, const std::string& name) {
    const std::int64_t vocabulary = weights.config.vocabulary;
    if (name == "model.embed_tokens.weight") return {&weights.embedding, 0, vocabulary};
    if (name == "lm_head.weight" && !weights.config.tiedEmbeddings) return {&weights.head, 0, vocabulary};
    if (name == "model.norm.weight") return {&weights.norm, 0, weights.config.hidden};
    const auto found = media::partOfBlock(name);
    if (!found || found->block >= weights.blocks.size()) return {};
    return partOf(weights.blocks[found->block], weights.config, found->part);
}

Part knownPartOf(LlamaWeights& weights, const std::string& name) {
    const Part part = partOf(weights, name);
    if (!part)
        throw Error(ErrorKind::Input, "The model has no tensor " + quote(name) + ".",
                    "Use a name of its list of tensors.");
    return part;
}

class Loader {
  public:
    Loader(const media::LanguageModel& model, at::Device device) : model_(model), device_(device) {}

    at::Tensor one(const std::string& name) const { return tensorOf(read(name)).to(device_); }

    at::Tensor oneIfThere(const std::string& name) const {
        return model_.tensor(name) ? one(name) : at::Tensor();
    }

    /// One below the other; each is dequantised in turn, so that no second copy of all is made.
    at::Tensor stacked(const std::vector<std::string>& names) const {
        Shape shape = model_.tensor(names.front())->shape;
        shape[0] = 0;
        for (const std::string& name : names)
            shape[0] += model_.tensor(name)->shape[0];
        at::Tensor whole = at::empty(shape, at::TensorOptions(at::kFloat).device(device_));
        std::int64_t row = 0;
        for (const std::string& name : names) {
            const at::Tensor part = tensorOf(read(name));
            whole.narrow(0, row, part.size(0)).copy_(part);
            row += part.size(0);
        }
        return whole;
    }

    /// Of layers that share a product; those without a bias get zeros where another has one.
    at::Tensor stackedBiases(const std::vector<std::string>& layers) const {
        std::vector<at::Tensor> parts;
        bool any = false;
        for (const std::string& layer : layers) {
            const at::Tensor bias = oneIfThere(layer + ".bias");
            any = any || bias.defined();
            parts.push_back(bias.defined() ? bias
                                           : at::zeros({model_.tensor(layer + ".weight")->shape[0]},
                                                       at::TensorOptions(at::kFloat).device(device_)));
        }
        return any ? at::cat(parts) : at::Tensor();
    }

  private:
    Array read(const std::string& name) const { return media::toFloat(*model_.tensor(name)); }

    const media::LanguageModel& model_;
    at::Device device_;
};

LlamaBlock readBlock(const Loader& loader, std::int64_t layer) {
    const std::string name = media::blockPrefix(layer);
    const std::string attention = name + "self_attn.", feedForward = name + "mlp.";
    LlamaBlock block;
    block.attentionNorm = loader.one(name + "input_layernorm.weight");
    block.feedForwardNorm = loader.one(name + "post_attention_layernorm.weight");
    block.queryKeyValue = loader.stacked(
        {attention + "q_proj.weight", attention + "k_proj.weight", attention + "v_proj.weight"});
    block.queryKeyValueBias =
        loader.stackedBiases({attention + "q_proj", attention + "k_proj", attention + "v_proj"});
    block.attentionOutput = loader.one(attention + "o_proj.weight");
    block.attentionOutputBias = loader.oneIfThere(attention + "o_proj.bias");
    block.gateAndUp = loader.stacked({feedForward + "gate_proj.weight", feedForward + "up_proj.weight"});
    block.down = loader.one(feedForward + "down_proj.weight");
    return block;
}

}  // namespace

at::Tensor LlamaWeights::tensor(const std::string& name) const {
    LlamaWeights same = *this;
    return knownPartOf(same, name).view();
}

void LlamaWeights::setTensor(const std::string& name, const at::Tensor& value) {
    const Part part = knownPartOf(*this, name);
    if (value.sizes() != part.view().sizes())
        throw Error(ErrorKind::Input, "Other values for " + quote(name) + " have another shape than it has.",
                    "Give a tensor of the same shape.");
    *part.whole = part.whole->clone();
    part.view().copy_(value);
    if (config.tiedEmbeddings) head = embedding;
}

LlamaWeights llamaFrame(const media::LanguageModel& model, at::Device device) {
    media::checkLanguageModel(model);
    if (model.config.architecture != media::ModelArchitecture::Llama)
        throw Error(ErrorKind::Input, "This model is an encoder: it predicts no next token.",
                    "Use a model of the Llama architecture.");
    const Loader loader(model, device);
    LlamaWeights weights;
    weights.config = model.config;
    weights.embedding = loader.one("model.embed_tokens.weight");
    weights.blocks.resize(static_cast<std::size_t>(model.config.layers));
    weights.norm = loader.one("model.norm.weight");
    weights.head = model.config.tiedEmbeddings ? weights.embedding : loader.one("lm_head.weight");
    return weights;
}

LlamaBlock llamaBlock(const media::LanguageModel& model, std::int64_t layer, at::Device device) {
    return readBlock(Loader(model, device), layer);
}

LlamaWeights llamaWeights(const media::LanguageModel& model, at::Device device) {
    LlamaWeights weights = llamaFrame(model, device);
    for (std::int64_t layer = 0; layer < model.config.layers; ++layer)
        weights.blocks[static_cast<std::size_t>(layer)] = llamaBlock(model, layer, device);
    return weights;
}

}  // namespace ratescope::engine
