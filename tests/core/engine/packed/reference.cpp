#include "tests/core/engine/packed/reference.h"

#include "tests/core/engine/packed/sample_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ratescope::engine {
namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;

class Reference {
  public:
    Reference(const media::LanguageModel& model, bool quantised)
        : model_(model), config_(model.config), quantised_(quantised) {}

    Vector logits(std::span<const std::int32_t> tokens) {
        Rows stream;
        for (const std::int32_t token : tokens) {
            const Vector table = elementsOf(model_, "model.embed_tokens.weight");
            const auto from = table.begin() + token * config_.hidden;
            stream.emplace_back(from, from + config_.hidden);
        }
        for (std::int64_t layer = 0; layer < config_.layers; ++layer)
            runLayer(stream, "model.layers." + std::to_string(layer) + '.');
        const Vector last = normed(stream.back(), "model.norm.weight");
        return linear(last, config_.tiedEmbeddings ? "model.embed_tokens" : "lm_head");
    }

  private:
    Vector normed(const Vector& x, const std::string& name) const {
        const Vector weight = elementsOf(model_, name);
        double squares = 0;
        for (const double value : x)
            squares += value * value;
        const double root = std::sqrt(squares / static_cast<double>(x.size()) + config_.normEpsilon);
        Vector out(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            out[i] = x[i] / root * weight[i];
        return out;
    }

    static Vector rounded(Vector x) {
        for (std::size_t from = 0; from < x.size(); from += 32) {
            double greatest = 0;
            for (std::size_t i = from; i < std::min(from + 32, x.size()); ++i)
                greatest = std::max(greatest, std::fabs(x[i]));
            for (std::size_t i = from; i < std::min(from + 32, x.size()); ++i)
                x[i] = std::round(x[i] / greatest * 127) * greatest / 127;
        }
        return x;
    }

    Vector linear(const Vector& given, const std::string& name) const {
        const Vector x = quantised_ ? rounded(given) : given;
        const Vector weight = elementsOf(model_, name + ".weight"), bias = elementsOf(model_, name + ".bias");
        Vector out(weight.size() / x.size());
        for (std::size_t row = 0; row < out.size(); ++row) {
            out[row] = bias.empty() ? 0 : bias[row];
            for (std::size_t column = 0; column < x.size(); ++column)
                out[row] += weight[row * x.size() + column] * x[column];
        }
        return out;
    }

    double frequency(std::size_t pair) const {
        const media::RopeScaling& scaling = config_.ropeScaling;
        const double plain = 1 / std::pow(config_.ropeBase, 2.0 * static_cast<double>(pair) /
                                                                static_cast<double>(config_.headSize));
        if (!scaling.divisors.empty()) return plain / scaling.divisors[pair];
        if (scaling.kind == media::RopeScaling::Kind::Linear) return plain / scaling.factor;
        if (scaling.kind == media::RopeScaling::Kind::None) return plain;
        // As in Llama 3's own code: by wavelengths.
        const double wavelength = 2 * std::numbers::pi / plain;
        const auto original = static_cast<double>(scaling.originalContext);
        if (wavelength < original / scaling.highFrequencyFactor) return plain;
        if (wavelength > original / scaling.lowFrequencyFactor) return plain / scaling.factor;
        const double smooth = (original / wavelength - scaling.lowFrequencyFactor) /
                              (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
        return (1 - smooth) * plain / scaling.factor + smooth * plain;
    }

    void rotate(Vector& heads, std::size_t position) const {
        const auto size = static_cast<std::size_t>(config_.headSize);
        for (std::size_t from = 0; from < heads.size(); from += size)
            for (std::size_t pair = 0; pair < size / 2; ++pair) {
                const std::size_t a = from + (config_.ropeOfNeighbours ? 2 * pair : pair);
                const std::size_t b = config_.ropeOfNeighbours ? a + 1 : a + size / 2;
                const double angle = static_cast<double>(position) * frequency(pair);
                const double x = heads[a], y = heads[b];
                heads[a] = x * std::cos(angle) - y * std::sin(angle);
                heads[b] = y * std::cos(angle) + x * std::sin(angle);
            }
    }

    Vector attended(const Vector& query, const Rows& keys, const Rows& values, std::size_t position) const {
        const auto size = static_cast<std::size_t>(config_.headSize);
        const auto window = static_cast<std::size_t>(config_.slidingWindow);
        const std::size_t first = window == 0 || position < window ? 0 : position + 1 - window;
        const auto sharing = static_cast<std::size_t>(config_.heads / config_.keyValueHeads);
        Vector out(query.size());
        for (std::size_t head = 0; head < static_cast<std::size_t>(config_.heads); ++head) {
            const std::size_t own = head * size, shared = head / sharing * size;
            double sum = 0;
            Vector powers;
            for (std::size_t other = first; other <= position; ++other) {
                double product = 0;
                for (std::size_t i = 0; i < size; ++i)
                    product += query[own + i] * keys[other][shared + i];
                powers.push_back(std::exp(product / std::sqrt(static_cast<double>(size))));
                sum += powers.back();
            }
            for (std::size_t other = first; other <= position; ++other)
                for (std::size_t i = 0; i < size; ++i)
                    out[own + i] += powers[other - first] / sum * values[other][shared + i];
        }
        return out;
    }

    static void add(Vector& x, const Vector& y) {
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] += y[i];
    }

    void runLayer(Rows& stream, const std::string& at) const {
        Rows queries, keys, values;
        for (std::size_t position = 0; position < stream.size(); ++position) {
            const Vector x = normed(stream[position], at + "input_layernorm.weight");
            queries.push_back(linear(x, at + "self_attn.q_proj"));
            keys.push_back(linear(x, at + "self_attn.k_proj"));
            values.push_back(linear(x, at + "self_attn.v_proj"));
            rotate(queries.back(), position);
            rotate(keys.back(), position);
        }
        for (std::size_t position = 0; position < stream.size(); ++position) {
            Vector& x = stream[position];
            add(x, linear(attended(queries[position], keys, values, position), at + "self_attn.o_proj"));
            const Vector inside = normed(x, at + "post_attention_layernorm.weight");
            Vector gate = linear(inside, at + "mlp.gate_proj");
            const Vector up = linear(inside, at + "mlp.up_proj");
            for (std::size_t i = 0; i < gate.size(); ++i)
                gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
            add(x, linear(gate, at + "mlp.down_proj"));
        }
    }

    const media::LanguageModel& model_;
    const media::ModelConfig& config_;
    bool quantised_;
};

}  // namespace

std::vector<double> referenceLogits(const media::LanguageModel& model, std::span<const std::int32_t> tokens,
                                    bool quantised) {
    return Reference(model, quantised).logits(tokens);
}

}  // namespace ratescope::engine
