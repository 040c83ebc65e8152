#include "core/error.h"
#include "core/media/assets/json_text.h"
#include "core/media/assets/model_folder.h"
#include "core/utf8.h"

#include <nlohmann/json.hpp>

namespace ratescope::media {
namespace {

using nlohmann::json;

class ConfigReader {
  public:
    ConfigReader(const json& tree, const std::string& name) : tree_(tree), name_(name) {}

    ModelConfig read() const {
        const auto family = textOr("model_type", "");
        if (family == "bert") return bert();
        if (family == "llama" || family == "mistral" || family == "qwen2") return llama(family);
        throw unread("the model type " + quote(family),
                     "Use a model of the type llama, mistral, qwen2 or bert.");
    }

  private:
    Error unread(const std::string& what, const std::string& remedy) const {
        return Error(ErrorKind::Input, name_ + " has " + what + ", which is not read.", remedy);
    }
    const json* find(const json& tree, const char* key) const {
        const auto found = tree.find(key);
        return found == tree.end() || found->is_null() ? nullptr : &*found;
    }
    std::int64_t count(const char* key) const { return count(tree_, key); }
    std::int64_t count(const json& tree, const char* key) const {
        const json* value = find(tree, key);
        if (!value || !value->is_number_integer())
            throw Error(ErrorKind::Input, name_ + " does not say " + quote(key) + " as a whole number.",
                        "Fetch or export the model again.");
        return value->get<std::int64_t>();
    }
    std::int64_t countOr(const char* key, std::int64_t otherwise) const {
        return find(tree_, key) ? count(key) : otherwise;
    }
    double realOr(const json& tree, const char* key, double otherwise) const {
        const json* value = find(tree, key);
        return value ? value->get<double>() : otherwise;
    }
    std::string textOr(const char* key, const std::string& otherwise) const {
        const json* value = find(tree_, key);
        return value ? value->get<std::string>() : otherwise;
    }
    bool flagOr(const char* key, bool otherwise) const {
        const json* value = find(tree_, key);
        return value ? value->get<bool>() : otherwise;
    }

    ModelConfig counts() const {
        ModelConfig config;
        config.vocabulary = count("vocab_size");
        config.hidden = count("hidden_size");
        config.intermediate = count("intermediate_size");
        config.layers = count("num_hidden_layers");
        config.heads = count("num_attention_heads");
        config.context = count("max_position_embeddings");
        config.keyValueHeads = countOr("num_key_value_heads", config.heads);
        config.headSize = countOr("head_dim", config.heads > 0 ? config.hidden / config.heads : 0);
        return config;
    }

    ModelConfig bert() const {
        ModelConfig config = counts();
        config.architecture = ModelArchitecture::Bert;
        config.family = "bert";
        config.normEpsilon = realOr(tree_, "layer_norm_eps", 1e-12);
        if (const auto act = textOr("hidden_act", "gelu"); act != "gelu")
            throw unread("the activation " + quote(act), "Use a BERT with GELU.");
        if (const auto kind = textOr("position_embedding_type", "absolute"); kind != "absolute")
            throw unread("positions of the kind " + quote(kind), "Use a BERT with learned positions.");
        return config;
    }

    ModelConfig llama(const std::string& family) const {
        ModelConfig config = counts();
        config.family = family;
        config.normEpsilon = realOr(tree_, "rms_norm_eps", 1e-6);
        config.tiedEmbeddings = flagOr("tie_word_embeddings", false);
        if (const auto act = textOr("hidden_act", "silu"); act != "silu")
            throw unread("the activation " + quote(act), "Use a model with SiLU.");
        readWindow(config);
        readRope(config);
        return config;
    }

    /// Qwen2 has one only where it says so, and then only from a layer on: from the 29th, where it does not say which.
    void readWindow(ModelConfig& config) const {
        const bool isQwen = config.family == "qwen2";
        if (config.family == "llama" || (isQwen && !flagOr("use_sliding_window", false))) return;
        const std::int64_t first = isQwen ? countOr("max_window_layers", 28) : 0;
        if (first >= config.layers) return;
        if (first > 0)
            throw unread("a sliding window in a part of the layers", "Use a model with one in all or none.");
        config.slidingWindow = countOr("sliding_window", 0);
    }

    /// `rope_parameters` is what newer versions write for rope_theta and rope_scaling together.
    void readRope(ModelConfig& config) const {
        const json* scaling = find(tree_, "rope_parameters");
        config.ropeBase =
            realOr(tree_, "rope_theta", scaling ? realOr(*scaling, "rope_theta", 10000) : 10000);
        if (!scaling) scaling = find(tree_, "rope_scaling");
        for (const json* place : {&tree_, scaling})
            if (place && realOr(*place, "partial_rotary_factor", 1) != 1)
                throw unread("heads that are rotated in part", "Use a model that rotates whole heads.");
        if (!scaling) return;
        const char* key = find(*scaling, "rope_type") ? "rope_type" : "type";
        const auto kind = scaling->value(key, std::string("default"));
        if (kind == "default") return;
        RopeScaling& rope = config.ropeScaling;
        rope.factor = scaling->at("factor").get<double>();
        if (kind == "linear") {
            rope.kind = RopeScaling::Kind::Linear;
        } else if (kind == "llama3") {
            rope.kind = RopeScaling::Kind::Llama3;
            rope.lowFrequencyFactor = scaling->at("low_freq_factor").get<double>();
            rope.highFrequencyFactor = scaling->at("high_freq_factor").get<double>();
            rope.originalContext = count(*scaling, "original_max_position_embeddings");
        } else {
            throw unread("rotary positions scaled by " + quote(kind),
                         "Use a model without scaling, or with linear or Llama 3 scaling.");
        }
    }

    const json& tree_;
    const std::string& name_;
};

}  // namespace

ModelConfig parseModelConfig(std::span<const std::byte> bytes, const std::string& name) {
    const json tree = parseJsonObject(bytes, name, mostConfigMegabytes);
    try {
        return ConfigReader(tree, name).read();
    } catch (const json::exception&) {
        throw Error(ErrorKind::Input,
                    name + " is no sound configuration: a field is missing or of the wrong kind.",
                    "Fetch or export the model again.");
    }
}

}  // namespace ratescope::media
