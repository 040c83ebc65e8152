#include "tests/core/engine/llm/tiny_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace ratescope::engine::testing {
namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;

class Maker {
  public:
    Maker(media::LanguageModel& model, unsigned seed) : model_(model), generator_(seed) {}

    void add(const std::string& name, const Shape& shape, float mean, float deviation) {
        Array array(DType::F32, shape);
        std::normal_distribution<float> normal(mean, deviation);
        for (float& value : array.writable<float>())
            value = normal(generator_);
        model_.tensors.push_back({name, shape, media::BlockFormat::None, array});
    }
    void addLinear(const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
        add(name + ".weight", {out, in}, 0, 1.5f / std::sqrt(static_cast<float>(in)));
        if (bias) add(name + ".bias", {out}, 0, 0.3f);
    }

  private:
    media::LanguageModel& model_;
    std::mt19937 generator_;
};

/// What the book says, with the configuration at hand.
class Reference {
  public:
    explicit Reference(const media::LanguageModel& model) : model_(model), config_(model.config) {}

    Rows logits(std::span<const std::int32_t> ids) const {
        Rows states;
        for (const std::int32_t id : ids)
            states.push_back(row("model.embed_tokens.weight", id));
        for (std::int64_t layer = 0; layer < config_.layers; ++layer)
            addBlock("model.layers." + std::to_string(layer) + ".", states);
        for (Vector& state : states)
            state = linear(config_.tiedEmbeddings ? "model.embed_tokens" : "lm_head",
                           norm("model.norm.weight", state));
        return states;
    }

  private:
    Vector row(const std::string& name, std::int64_t index) const {
        const media::ModelTensor& tensor = *model_.tensor(name);
        const std::int64_t width = tensor.shape.back();
        const auto values = tensor.array.as<float>().subspan(static_cast<std::size_t>(index * width),
                                                             static_cast<std::size_t>(width));
        return {values.begin(), values.end()};
    }

    Vector linear(const std::string& name, const Vector& in) const {
        Vector out;
        for (std::int64_t i = 0; i < model_.tensor(name + ".weight")->shape[0]; ++i) {
            const Vector weights = row(name + ".weight", i);
            double sum =
                model_.tensor(name + ".bias") ? row(name + ".bias", 0)[static_cast<std::size_t>(i)] : 0;
            for (std::size_t j = 0; j < in.size(); ++j)
                sum += weights[j] * in[j];
            out.push_back(sum);
        }
        return out;
    }

    Vector norm(const std::string& name, Vector in) const {
        double sum = 0;
        for (const double value : in)
            sum += value * value;
        const double scale = 1 / std::sqrt(sum / static_cast<double>(in.size()) + config_.normEpsilon);
        const Vector weights = row(name, 0);
        for (std::size_t i = 0; i < in.size(); ++i)
            in[i] *= scale * weights[i];
        return in;
    }

    double frequency(std::int64_t pair) const {
        const media::RopeScaling& scaling = config_.ropeScaling;
        const double plain = 1 / std::pow(config_.ropeBase, 2 * static_cast<double>(pair) /
                                                                static_cast<double>(config_.headSize));
        if (!scaling.divisors.empty()) return plain / scaling.divisors[static_cast<std::size_t>(pair)];
        if (scaling.kind == media::RopeScaling::Kind::Linear) return plain / scaling.factor;
        if (scaling.kind == media::RopeScaling::Kind::None) return plain;
        // As Hugging Face's transformers writes it (modeling_rope_utils.py), by wavelengths.
        const double wave = 2 * std::numbers::pi / plain;
        const auto context = static_cast<double>(scaling.originalContext);
        if (wave < context / scaling.highFrequencyFactor) return plain;
        if (wave > context / scaling.lowFrequencyFactor) return plain / scaling.factor;
        const double smooth = (context / wave - scaling.lowFrequencyFactor) /
                              (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
        return (1 - smooth) * plain / scaling.factor + smooth * plain;
    }

    /// Head `head` of a row of heads, turned by `position`.
    Vector turned(const Vector& heads, std::int64_t head, std::size_t position) const {
        const std::int64_t size = config_.headSize;
        const auto at = [&](std::int64_t channel) { return static_cast<std::size_t>(head * size + channel); };
        Vector out(static_cast<std::size_t>(size));
        for (std::int64_t pair = 0; pair < size / 2; ++pair) {
            const std::int64_t a = config_.ropeOfNeighbours ? 2 * pair : pair;
            const std::int64_t b = config_.ropeOfNeighbours ? 2 * pair + 1 : pair + size / 2;
            const double angle = static_cast<double>(position) * frequency(pair);
            const double x = heads[at(a)], y = heads[at(b)];
            out[static_cast<std::size_t>(a)] = x * std::cos(angle) - y * std::sin(angle);
            out[static_cast<std::size_t>(b)] = y * std::cos(angle) + x * std::sin(angle);
        }
        return out;
    }

    bool sees(std::size_t query, std::size_t key) const {
        if (key > query) return false;
        return config_.slidingWindow == 0 || query - key < static_cast<std::size_t>(config_.slidingWindow);
    }

    /// What the heads of one query see, side by side.
    Vector mixed(const Rows& queries, const Rows& keys, const Rows& values, std::size_t position) const {
        Vector out;
        const auto size = static_cast<std::size_t>(config_.headSize);
        for (std::int64_t head = 0; head < config_.heads; ++head) {
            const std::int64_t shared = head / (config_.heads / config_.keyValueHeads);
            const Vector query = turned(queries[position], head, position);
            Vector sum(size);
            double total = 0;
            for (std::size_t other = 0; other < keys.size(); ++other) {
                if (!sees(position, other)) continue;
                const Vector key = turned(keys[other], shared, other);
                double score = 0;
                for (std::size_t i = 0; i < size; ++i)
                    score += query[i] * key[i];
                const double weight = std::exp(score / std::sqrt(static_cast<double>(size)));
                total += weight;
                for (std::size_t i = 0; i < size; ++i)
                    sum[i] += weight * values[other][static_cast<std::size_t>(shared) * size + i];
            }
            for (const double value : sum)
                out.push_back(value / total);
        }
        return out;
    }

    void addBlock(const std::string& name, Rows& states) const {
        Rows queries, keys, values;
        for (const Vector& state : states) {
            const Vector in = norm(name + "input_layernorm.weight", state);
            queries.push_back(linear(name + "self_attn.q_proj", in));
            keys.push_back(linear(name + "self_attn.k_proj", in));
            values.push_back(linear(name + "self_attn.v_proj", in));
        }
        for (std::size_t i = 0; i < states.size(); ++i) {
            add(states[i], linear(name + "self_attn.o_proj", mixed(queries, keys, values, i)));
            const Vector in = norm(name + "post_attention_layernorm.weight", states[i]);
            Vector gate = linear(name + "mlp.gate_proj", in);
            const Vector up = linear(name + "mlp.up_proj", in);
            for (std::size_t j = 0; j < gate.size(); ++j)
                gate[j] = gate[j] / (1 + std::exp(-gate[j])) * up[j];
            add(states[i], linear(name + "mlp.down_proj", gate));
        }
    }

    static void add(Vector& to, const Vector& what) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += what[i];
    }

    const media::LanguageModel& model_;
    const media::ModelConfig& config_;
};

}  // namespace

media::ModelConfig tinyConfig() {
    media::ModelConfig config;
    config.family = "llama";
    config.vocabulary = 19;
    config.hidden = 16;
    config.intermediate = 24;
    config.layers = 2;
    config.heads = 4;
    config.keyValueHeads = 2;
    config.headSize = 4;
    config.context = 64;
    config.ropeBase = 100;
    return config;
}

media::LanguageModel tinyModel(const media::ModelConfig& config, bool biases, unsigned seed) {
    media::LanguageModel model;
    model.config = config;
    Maker maker(model, seed);
    maker.add("model.embed_tokens.weight", {config.vocabulary, config.hidden}, 0, 1);
    const std::int64_t queries = config.heads * config.headSize,
                       keys = config.keyValueHeads * config.headSize;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string name = "model.layers." + std::to_string(layer) + ".";
        maker.add(name + "input_layernorm.weight", {config.hidden}, 1, 0.2f);
        maker.addLinear(name + "self_attn.q_proj", queries, config.hidden, biases);
        maker.addLinear(name + "self_attn.k_proj", keys, config.hidden, biases);
        maker.addLinear(name + "self_attn.v_proj", keys, config.hidden, biases);
        maker.addLinear(name + "self_attn.o_proj", config.hidden, queries, false);
        maker.add(name + "post_attention_layernorm.weight", {config.hidden}, 1, 0.2f);
        maker.addLinear(name + "mlp.gate_proj", config.intermediate, config.hidden, false);
        maker.addLinear(name + "mlp.up_proj", config.intermediate, config.hidden, false);
        maker.addLinear(name + "mlp.down_proj", config.hidden, config.intermediate, false);
    }
    maker.add("model.norm.weight", {config.hidden}, 1, 0.2f);
    if (!config.tiedEmbeddings) maker.add("lm_head.weight", {config.vocabulary, config.hidden}, 0, 0.7f);
    return model;
}

std::vector<std::vector<double>> referenceLogits(const media::LanguageModel& model,
                                                 std::span<const std::int32_t> ids) {
    return Reference(model).logits(ids);
}

}  // namespace ratescope::engine::testing
