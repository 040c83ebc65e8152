#include "core/engine/llm/packed/decoder_weights.h"

#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/media/node/block_names.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace ratescope::engine {
namespace {

constexpr std::size_t hugePage = std::size_t{2} << 20;

using media::BlockFormat;
using media::LanguageModel;
using media::ModelConfig;
using media::ModelTensor;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Input, what, "Fetch the model's files again, or use another model.");
}

bool canBePackedAsStored(BlockFormat blocks) {
    return blocks == BlockFormat::Q4_0 || blocks == BlockFormat::Q4_1 || blocks == BlockFormat::Q8_0;
}

std::size_t sizeAt(const Shape& shape, std::size_t axis) {
    return static_cast<std::size_t>(shape[axis]);
}

PackedMatrix packedAsStored(const ModelTensor& tensor) {
    return PackedMatrix::fromBlocks(tensor.array.bytes(), sizeAt(tensor.shape, 0), sizeAt(tensor.shape, 1),
                                    tensor.blocks);
}

/// Takes a model's tensors by name and knows in the end which were not asked for.
class TensorDesk {
  public:
    TensorDesk(const LanguageModel& model, std::optional<PackedFormat> format) : format_(format) {
        for (const ModelTensor& tensor : model.tensors)
            if (!byName_.emplace(tensor.name, &tensor).second)
                refuse("The model has two tensors " + tensor.name + '.');
    }

    PackedMatrix matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
        const ModelTensor& tensor = find(name, {rows, columns});
        if (!format_ && canBePackedAsStored(tensor.blocks)) return packedAsStored(tensor);
        const Array floats = media::toFloat(tensor);
        return PackedMatrix::fromFloats(floats.as<float>(), sizeAt(tensor.shape, 0), sizeAt(tensor.shape, 1),
                                        format_.value_or(PackedFormat::Float32));
    }

    std::vector<float> vector(const std::string& name, std::int64_t size) {
        const Array floats = media::toFloat(find(name, {size}));
        const std::span<const float> values = floats.as<float>();
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
            refuse("The tensor " + name + " has numbers that are not finite.");
        return {values.begin(), values.end()};
    }

    std::vector<float> bias(const std::string& name, std::int64_t size) {
        if (!byName_.contains(name)) return {};
        return vector(name, size);
    }

    void expectNoOther() const {
        for (const auto& [name, tensor] : byName_)
            // What old checkpoints keep of the rotation, which the config says too.
            if (!taken_.contains(name) && !name.ends_with(".rotary_emb.inv_freq"))
                refuse("The decoder does not know the tensor " + name + '.');
    }

  private:
    const ModelTensor& find(const std::string& name, const Shape& shape) {
        const auto found = byName_.find(name);
        if (found == byName_.end()) refuse("The model has no tensor " + name + '.');
        if (found->second->shape != shape)
            refuse("The tensor " + name + " does not have the shape that the model's config says.");
        taken_.insert(name);
        return *found->second;
    }

    std::map<std::string, const ModelTensor*> byName_;
    std::optional<PackedFormat> format_;
    std::set<std::string> taken_;
};

void check(const ModelConfig& config) {
    if (config.architecture != media::ModelArchitecture::Llama)
        refuse("The decoder runs models of the Llama architecture only.");
    constexpr std::int64_t most = std::int64_t{1} << 30;
    for (const std::int64_t size : {config.vocabulary, config.hidden, config.intermediate, config.layers,
                                    config.heads, config.keyValueHeads, config.headSize})
        if (size < 1 || size > most) refuse("The model's config has a size that is none.");
    if (config.heads % config.keyValueHeads != 0)
        refuse("The model's heads can't share its heads of keys and values evenly.");
    if (config.slidingWindow < 0 || !(config.normEpsilon >= 0) || !std::isfinite(config.normEpsilon))
        refuse("The model's config has a number that is out of range.");
}

DecoderLayer layerOf(TensorDesk& desk, const ModelConfig& config, std::int64_t index) {
    const std::string at = media::blockPrefix(index);
    const std::int64_t hidden = config.hidden, inner = config.intermediate;
    const std::int64_t query = config.heads * config.headSize, key = config.keyValueHeads * config.headSize;
    DecoderLayer layer;
    layer.attentionNorm = desk.vector(at + "input_layernorm.weight", hidden);
    layer.query = desk.matrix(at + "self_attn.q_proj.weight", query, hidden);
    layer.key = desk.matrix(at + "self_attn.k_proj.weight", key, hidden);
    layer.value = desk.matrix(at + "self_attn.v_proj.weight", key, hidden);
    layer.output = desk.matrix(at + "self_attn.o_proj.weight", hidden, query);
    layer.queryBias = desk.bias(at + "self_attn.q_proj.bias", query);
    layer.keyBias = desk.bias(at + "self_attn.k_proj.bias", key);
    layer.valueBias = desk.bias(at + "self_attn.v_proj.bias", key);
    layer.outputBias = desk.bias(at + "self_attn.o_proj.bias", hidden);
    layer.feedForwardNorm = desk.vector(at + "post_attention_layernorm.weight", hidden);
    layer.gate = desk.matrix(at + "mlp.gate_proj.weight", inner, hidden);
    layer.up = desk.matrix(at + "mlp.up_proj.weight", inner, hidden);
    layer.down = desk.matrix(at + "mlp.down_proj.weight", hidden, inner);
    return layer;
}

/// In the order in which a token reads them.
template <typename Weights>
auto matricesOf(Weights& weights) {
    std::vector<decltype(&weights.head)> matrices;
    for (auto& layer : weights.layers)
        for (auto* matrix :
             {&layer.query, &layer.key, &layer.value, &layer.output, &layer.gate, &layer.up, &layer.down})
            matrices.push_back(matrix);
    if (!weights.config.tiedEmbeddings) matrices.push_back(&weights.embedding);
    matrices.push_back(&weights.head);
    return matrices;
}

/// Puts all matrices side by side into huge pages, where the system has some: every token reads all of them, a third
/// faster there than from pages of 4 KiB.
void bringTogether(DecoderWeights& weights) {
    const std::vector<PackedMatrix*> matrices = matricesOf(weights);
    std::size_t bytes = 0;
    for (const PackedMatrix* matrix : matrices)
        bytes += matrix->byteSize();
    bytes = (bytes + hugePage - 1) / hugePage * hugePage;
    const std::shared_ptr<void> memory(std::aligned_alloc(hugePage, bytes), &std::free);
    if (!memory) throw Error(ErrorKind::Resource, "There is no memory for the weights.", "Free some.");
    ::madvise(memory.get(), bytes, MADV_HUGEPAGE);
    auto* place = static_cast<std::byte*>(memory.get());
    for (PackedMatrix* matrix : matrices) {
        matrix->moveTo({place, matrix->byteSize()}, memory);
        place += matrix->byteSize();
    }
    if (weights.config.tiedEmbeddings) weights.embedding = weights.head;
}

}  // namespace

std::size_t DecoderWeights::byteSize() const {
    std::size_t bytes = 0;
    for (const PackedMatrix* matrix : matricesOf(*this))
        bytes += matrix->byteSize();
    return bytes;
}

DecoderWeights packedWeights(const LanguageModel& model, std::optional<PackedFormat> format) {
    const ModelConfig& config = model.config;
    check(config);
    TensorDesk desk(model, format);
    DecoderWeights weights;
    weights.config = config;
    weights.embedding = desk.matrix("model.embed_tokens.weight", config.vocabulary, config.hidden);
    weights.head = config.tiedEmbeddings ? weights.embedding
                                         : desk.matrix("lm_head.weight", config.vocabulary, config.hidden);
    // One by one: a count from outside is no reason to allocate.
    for (std::int64_t index = 0; index < config.layers; ++index)
        weights.layers.push_back(layerOf(desk, config, index));
    weights.norm = desk.vector("model.norm.weight", config.hidden);
    desk.expectNoOther();
    bringTogether(weights);
    return weights;
}

}  // namespace ratescope::engine
