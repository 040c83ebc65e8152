#include "tests/core/engine/packed/sample_model.h"

#include <random>

namespace ratescope::engine {
namespace {

class Maker {
  public:
    Maker(media::LanguageModel& model, unsigned seed) : model_(model), random_(seed) {}

    void add(const std::string& name, Shape shape, float mean, float deviation) {
        Array array(DType::F32, shape);
        std::normal_distribution<float> distribution(mean, deviation);
        for (float& value : array.writable<float>())
            value = distribution(random_);
        model_.tensors.push_back({name, std::move(shape), media::BlockFormat::None, std::move(array)});
    }

  private:
    media::LanguageModel& model_;
    std::mt19937 random_;
};

}  // namespace

media::ModelConfig sampleConfig() {
    media::ModelConfig config;
    config.family = "llama";
    config.vocabulary = 70;
    config.hidden = 32;
    config.intermediate = 48;
    config.layers = 2;
    config.heads = 4;
    config.keyValueHeads = 2;
    config.headSize = 8;
    config.context = 64;
    config.ropeBase = 100;
    return config;
}

media::LanguageModel sampleModel(const media::ModelConfig& config, SampleOptions options) {
    media::LanguageModel model;
    model.name = "sample";
    model.config = config;
    Maker maker(model, options.seed);
    const std::int64_t query = config.heads * config.headSize, key = config.keyValueHeads * config.headSize;
    maker.add("model.embed_tokens.weight", {config.vocabulary, config.hidden}, 0, 1);
    for (std::int64_t index = 0; index < config.layers; ++index) {
        const std::string at = "model.layers." + std::to_string(index) + '.';
        maker.add(at + "input_layernorm.weight", {config.hidden}, 1, 0.2f);
        maker.add(at + "self_attn.q_proj.weight", {query, config.hidden}, 0, 0.3f);
        maker.add(at + "self_attn.k_proj.weight", {key, config.hidden}, 0, 0.3f);
        maker.add(at + "self_attn.v_proj.weight", {key, config.hidden}, 0, 0.3f);
        maker.add(at + "self_attn.o_proj.weight", {config.hidden, query}, 0, 0.3f);
        if (options.biases) {
            maker.add(at + "self_attn.q_proj.bias", {query}, 0, 0.5f);
            maker.add(at + "self_attn.k_proj.bias", {key}, 0, 0.5f);
            maker.add(at + "self_attn.v_proj.bias", {key}, 0, 0.5f);
            maker.add(at + "self_attn.o_proj.bias", {config.hidden}, 0, 0.5f);
        }
        maker.add(at + "post_attention_layernorm.weight", {config.hidden}, 1, 0.2f);
        maker.add(at + "mlp.gate_proj.weight", {config.intermediate, config.hidden}, 0, 0.3f);
        maker.add(at + "mlp.up_proj.weight", {config.intermediate, config.hidden}, 0, 0.3f);
        maker.add(at + "mlp.down_proj.weight", {config.hidden, config.intermediate}, 0, 0.3f);
    }
    maker.add("model.norm.weight", {config.hidden}, 1, 0.2f);
    if (!config.tiedEmbeddings) maker.add("lm_head.weight", {config.vocabulary, config.hidden}, 0, 0.3f);
    return model;
}

std::vector<double> elementsOf(const media::LanguageModel& model, const std::string& name) {
    for (const media::ModelTensor& tensor : model.tensors)
        if (tensor.name == name) {
            const auto values = tensor.array.as<float>();
            return {values.begin(), values.end()};
        }
    return {};
}

}  // namespace ratescope::engine
