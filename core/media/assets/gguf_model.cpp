#include "core/media/assets/gguf_model.h"

#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/utf8.h"

#include <array>

namespace ratescope::media {
namespace {

Error refused(const GgufMetadata& metadata, const std::string& reason, const std::string& remedy) {
    return Error(ErrorKind::Input, metadata.name() + " holds a model " + reason + ".", remedy);
}

std::int64_t needed(const GgufMetadata& metadata, const std::string& key) {
    const auto value = metadata.integer(key);
    if (!value)
        throw Error(ErrorKind::Input, metadata.name() + " lacks the metadata " + quote(key) + ".",
                    "Convert the model again.");
    return *value;
}

void readRope(const GgufMetadata& metadata, const std::string& prefix, ModelConfig& config) {
    config.ropeBase = metadata.real(prefix + "rope.freq_base").value_or(10000);
    if (metadata.integer(prefix + "rope.dimension_count").value_or(config.headSize) != config.headSize)
        throw refused(metadata, "whose heads are rotated in part", "Use a model that rotates whole heads.");
    const std::string kind = metadata.text(prefix + "rope.scaling.type").value_or("");
    std::optional<double> factor = metadata.real(prefix + "rope.scaling.factor");
    if (!factor) factor = metadata.real(prefix + "rope.scale_linear");
    if (kind == "linear" || (kind.empty() && factor && *factor != 1)) {
        config.ropeScaling.kind = RopeScaling::Kind::Linear;
        config.ropeScaling.factor = factor.value_or(1);
    } else if (!kind.empty() && kind != "none") {
        throw refused(metadata, "with rotary positions scaled by " + quote(kind),
                      "Use a model without scaling, or with linear or Llama 3 scaling.");
    }
}

ModelConfig configOf(const GgufMetadata& metadata) {
    ModelConfig config;
    config.family = metadata.text("general.architecture").value_or("");
    if (config.family != "llama" && config.family != "qwen2")
        throw refused(metadata, "of the architecture " + quote(config.family) + ", which is not read",
                      "Use a model of the architecture llama or qwen2.");
    const std::string prefix = config.family + ".";
    if (metadata.integer(prefix + "expert_count").value_or(0) != 0)
        throw refused(metadata, "with experts, which is not read", "Use a model without experts.");
    config.hidden = needed(metadata, prefix + "embedding_length");
    config.intermediate = needed(metadata, prefix + "feed_forward_length");
    config.layers = needed(metadata, prefix + "block_count");
    config.context = needed(metadata, prefix + "context_length");
    config.heads = needed(metadata, prefix + "attention.head_count");
    config.keyValueHeads = metadata.integer(prefix + "attention.head_count_kv").value_or(config.heads);
    const std::int64_t usual = config.heads > 0 ? config.hidden / config.heads : 0;
    config.headSize = metadata.integer(prefix + "attention.key_length").value_or(usual);
    if (metadata.integer(prefix + "attention.value_length").value_or(config.headSize) != config.headSize)
        throw refused(metadata, "whose keys and values differ in size",
                      "Use a model with heads of one size.");
    config.normEpsilon = metadata.real(prefix + "attention.layer_norm_rms_epsilon").value_or(1e-5);
    config.slidingWindow = metadata.integer(prefix + "attention.sliding_window").value_or(0);
    config.ropeOfNeighbours = config.family == "llama";
    readRope(metadata, prefix, config);
    return config;
}

struct Name {
    const char* file;
    const char* usual;
};

constexpr std::array<Name, 3> outerNames = {
    {{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}}};
constexpr std::array<Name, 9> layerNames = {{{"attn_norm", "input_layernorm"},
                                             {"attn_q", "self_attn.q_proj"},
                                             {"attn_k", "self_attn.k_proj"},
                                             {"attn_v", "self_attn.v_proj"},
                                             {"attn_output", "self_attn.o_proj"},
                                             {"ffn_norm", "post_attention_layernorm"},
                                             {"ffn_gate", "mlp.gate_proj"},
                                             {"ffn_up", "mlp.up_proj"},
                                             {"ffn_down", "mlp.down_proj"}}};

/// As in the file where it is not known: checkLanguageModel then refuses it by that name.
std::string usualName(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) return name;
    const std::string part = name.substr(0, dot), suffix = name.substr(dot);
    for (const Name& known : outerNames)
        if (part == known.file) return known.usual + suffix;
    if (!part.starts_with("blk.")) return name;
    const std::size_t end = part.find('.', 4);
    if (end == std::string::npos) return name;
    for (const Name& known : layerNames)
        if (part.substr(end + 1) == known.file)
            return "model.layers." + part.substr(4, end - 4) + "." + known.usual + suffix;
    return name;
}

std::vector<float> floatsOf(const ModelTensor& tensor) {
    const Array array = toFloat(tensor);
    const auto values = array.as<float>();
    return {values.begin(), values.end()};
}

PieceKind pieceKindOf(std::int64_t type, const GgufMetadata& metadata) {
    if (type < 1 || type > 6)
        throw Error(
            ErrorKind::Input,
            metadata.name() + ": a piece of its tokenizer has the unknown type " + std::to_string(type) + ".",
            "Convert the model again.");
    return static_cast<PieceKind>(type - 1);
}

Error unfitTokenizer(const GgufMetadata& metadata, const std::string& reason) {
    return Error(ErrorKind::Input, metadata.name() + ": " + reason + ".", "Convert the model again.");
}

std::vector<PieceKind> kindsOf(const GgufMetadata& metadata, std::size_t pieces) {
    const auto types = metadata.integers("tokenizer.ggml.token_type");
    if (!types) return std::vector<PieceKind>(pieces, PieceKind::Normal);
    std::vector<PieceKind> kinds;
    for (const std::int64_t type : *types)
        kinds.push_back(pieceKindOf(type, metadata));
    return kinds;
}

/// The blank between the two pieces of a merge; the first piece is never empty.
std::vector<std::pair<std::string, std::string>> mergesOf(const GgufMetadata& metadata) {
    std::vector<std::pair<std::string, std::string>> merges;
    for (const std::string& merge :
         metadata.texts("tokenizer.ggml.merges").value_or(std::vector<std::string>{})) {
        const std::size_t blank = merge.find(' ', 1);
        if (blank == std::string::npos)
            throw unfitTokenizer(metadata,
                                 "the merge " + quote(merge) + " of its tokenizer has not two pieces");
        merges.emplace_back(merge.substr(0, blank), merge.substr(blank + 1));
    }
    return merges;
}

std::optional<std::int32_t> idOf(const GgufMetadata& metadata, const std::string& key, std::size_t pieces) {
    const auto id = metadata.integer("tokenizer.ggml." + key);
    // A file without such a piece may say so with all bits set.
    if (!id || *id == 0xffffffff || *id == -1) return std::nullopt;
    if (*id < 0 || *id >= static_cast<std::int64_t>(pieces))
        throw unfitTokenizer(metadata, "its tokenizer's " + quote(key) + " is no piece");
    return static_cast<std::int32_t>(*id);
}

TokenizerKind tokenizerKindOf(const GgufMetadata& metadata) {
    const std::string model = metadata.text("tokenizer.ggml.model").value_or("");
    if (model == "gpt2") return TokenizerKind::ByteLevelBpe;
    if (model == "llama") return TokenizerKind::SentencePieceBpe;
    if (model == "t5") return TokenizerKind::SentencePieceUnigram;
    throw Error(ErrorKind::Input,
                metadata.name() + " has a tokenizer of the kind " + quote(model) + ", which is not read.",
                "Use a model with a tokenizer of the kind gpt2, llama or t5.");
}

/// What llama.cpp heeds of SentencePiece's normaliser: the flag for unigram only, and there off where it is missing.
void readNormaliserKeys(TokenizerData& tokenizer, const GgufMetadata& metadata) {
    const auto map = metadata.values.find("tokenizer.ggml.precompiled_charsmap");
    if (map != metadata.values.end() && !map->second.bytes.empty())
        throw Error(ErrorKind::Input,
                    metadata.name() + " normalises text by a map of characters, which is not read.",
                    "Use a model whose normaliser is \"identity\".");
    if (tokenizer.kind == TokenizerKind::SentencePieceUnigram)
        tokenizer.removesExtraBlanks =
            metadata.flag("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
}

}  // namespace

TokenizerData tokenizerOf(const GgufMetadata& metadata) {
    TokenizerData tokenizer;
    auto pieces = metadata.texts("tokenizer.ggml.tokens");
    if (!pieces) return tokenizer;
    tokenizer.kind = tokenizerKindOf(metadata);
    tokenizer.pieces = std::move(*pieces);
    const std::size_t count = tokenizer.pieces.size();
    tokenizer.kinds = kindsOf(metadata, count);
    const bool isByteLevel = tokenizer.kind == TokenizerKind::ByteLevelBpe;
    if (isByteLevel) {
        // Without NFC, which llama.cpp leaves out for Qwen2 too: ids are its, not those of Hugging Face.
        tokenizer.splitter = metadata.text("tokenizer.ggml.pre").value_or("default");
        tokenizer.takesWholeWords = usuallyTakesWholeWords(tokenizer.splitter);
        tokenizer.merges = mergesOf(metadata);
    } else {
        tokenizer.scores = metadata.reals("tokenizer.ggml.scores").value_or(std::vector<float>{});
        if (tokenizer.scores.size() != count)
            throw unfitTokenizer(metadata, "its tokenizer has not one score a piece");
        readNormaliserKeys(tokenizer, metadata);
    }
    tokenizer.beginning = idOf(metadata, "bos_token_id", count);
    tokenizer.end = idOf(metadata, "eos_token_id", count);
    tokenizer.unknown = idOf(metadata, "unknown_token_id", count);
    const bool usual = tokenizer.kind == TokenizerKind::SentencePieceBpe || tokenizer.splitter == "llama-bpe";
    tokenizer.addsBeginning = metadata.flag("tokenizer.ggml.add_bos_token").value_or(usual);
    tokenizer.addsSpacePrefix = metadata.flag("tokenizer.ggml.add_space_prefix").value_or(!isByteLevel);
    return tokenizer;
}

LanguageModel languageModelOf(const GgufFile& file) {
    LanguageModel model;
    model.name = file.metadata.text("general.name").value_or("");
    model.config = configOf(file.metadata);
    model.tokenizer = tokenizerOf(file.metadata);
    model.config.tiedEmbeddings = true;
    for (const ModelTensor& tensor : file.tensors) {
        if (tensor.name == "rope_freqs.weight") {
            model.config.ropeScaling.divisors = floatsOf(tensor);
            continue;
        }
        ModelTensor& added = model.tensors.emplace_back(tensor);
        added.name = usualName(tensor.name);
        if (added.name == "lm_head.weight") model.config.tiedEmbeddings = false;
        if (added.name == "model.embed_tokens.weight" && !added.shape.empty())
            model.config.vocabulary = added.shape[0];
    }
    checkLanguageModel(model);
    return model;
}

}  // namespace ratescope::media
