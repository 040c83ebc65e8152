// Calibration: what the linear layers of a language model's blocks read while it reads a text.

#include "core/buffer/freed_memory.h"
#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/states_checkpoint.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/hessian.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/language_model.h"
#include "plugins/language/nodes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::media::language {
namespace {

constexpr std::int64_t sequencesAtOnce = 4;  // more is no faster on a processor, and takes more memory
constexpr std::uint64_t widestLayer = 1 << 20;

using Sums = std::map<std::vector<std::string>, engine::Hessian>;  // by all layers that read the same

/// Hessians of one block's linears, and what the next block reads.
class BlockPass {
  public:
    BlockPass(const engine::Llama& model, std::int64_t layer) : model_(model), layer_(layer) {}

    /// Leaves in `hidden` what the next block reads.
    void run(at::Tensor& hidden) {
        for (std::int64_t begin = 0; begin < hidden.size(0); begin += sequencesAtOnce) {
            const std::int64_t count = std::min(sequencesAtOnce, hidden.size(0) - begin);
            at::Tensor sequences = hidden.narrow(0, begin, count);
            sequences.copy_(model_.block(
                layer_, sequences, [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                    engine::accumulate(sums_[readers], readers.front(), rows, count);
                }));
        }
    }

    const Sums& sums() const { return sums_; }

  private:
    const engine::Llama& model_;
    std::int64_t layer_;
    Sums sums_;
};

std::string blockName(std::int64_t layer) {
    return "block-" + std::to_string(layer);
}

void saveSums(Context& context, std::int64_t layer, const Sums& sums) {
    FieldWriter fields;
    fields.varint(sums.size());
    for (const auto& [readers, sum] : sums) {
        fields.varint(readers.size());
        for (const std::string& reader : readers)
            fields.text(reader);
        fields.varint(static_cast<std::uint64_t>(sum.sequences));
        fields.varint(static_cast<std::uint64_t>(sum.values.rows));
        fields.raw(std::as_bytes(std::span(sum.values.values)));
    }
    saveFields(context, blockName(layer), fields);
}

Sums sumsFrom(FieldReader& fields) {
    Sums sums;
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        std::vector<std::string> readers(fields.varintUpTo(fields.left()));
        for (std::string& reader : readers)
            reader = fields.text();
        engine::Hessian& sum = sums[readers];
        sum.sequences = static_cast<std::int64_t>(fields.varint());
        const auto size = static_cast<std::int64_t>(fields.varintUpTo(widestLayer));
        const auto bytes =
            fields.raw(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * sizeof(double));
        sum.values = engine::Matrix<double>(size, size);
        std::memcpy(sum.values.values.data(), bytes.data(), bytes.size());
    }
    return sums;
}

void addTo(TensorSet& set, const Sums& sums) {
    for (const auto& [readers, sum] : sums) {
        std::vector<std::string> names;
        for (const std::string& reader : readers)
            names.push_back(reader + ".weight");
        engine::addTo(set, names, sum);
    }
}

/// The Hessians of blocks that an earlier run has finished; none unless all of them are there.
std::optional<TensorSet> savedBlocks(Context& context, std::int64_t blocks) {
    TensorSet set;
    for (std::int64_t layer = 0; layer < blocks; ++layer) {
        const auto sums = takeUp(context, blockName(layer), sumsFrom);
        if (!sums) return std::nullopt;
        addTo(set, *sums);
    }
    if (blocks == 0) return std::nullopt;
    context.log("Took up " + std::to_string(blocks) + " blocks that an earlier run had finished.");
    return set;
}

class HessiansNode : public LearnerNode {
  public:
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{6} << 30}; }

    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = inputs.languageModel("model");
        const engine::ComputeScope compute(context.threads());
        const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(
            engine::joinedTexts(inputs.all("text"), "language.hessians calibrates with"));
        std::mt19937_64 random = context.generator();
        engine::Llama decoder(engine::llamaFrame(model, at::kCPU));
        at::Tensor embedded = decoder.embed(engine::drawnSequences(
            random, ids, parameters.integer("sequences"), parameters.integer("length")));
        engine::States states = engine::savedStates(context, embedded).value_or(engine::States{});
        auto saved = savedBlocks(context, states.blocks);
        if (!saved) states = {0, embedded};
        embedded.reset();
        TensorSet hessians = std::move(saved).value_or(TensorSet());
        while (states.blocks < decoder.layers()) {
            const std::int64_t layer = states.blocks;
            context.progress(static_cast<double>(layer) / static_cast<double>(decoder.layers()));
            // The decoder holds the one block that runs.
            decoder.setBlock(layer, engine::llamaBlock(model, layer, decoder.device()));
            BlockPass pass(decoder, layer);
            pass.run(states.hidden);
            ++states.blocks;
            decoder.setBlock(layer, {});
            addTo(hessians, pass.sums());
            if (states.blocks == decoder.layers()) break;
            saveSums(context, layer, pass.sums());
            engine::saveStates(context, states);
            giveBackFreed();
        }
        std::ranges::sort(hessians.tensors, {}, &Tensor::name);
        return {{"hessians", std::make_shared<const TensorSet>(std::move(hessians))}};
    }
};

constexpr const char* manual =
    R"(Calibrates codecs that weigh errors by what a layer reads: for every linear layer of the blocks
the second moment H = 2/S · Σ XᵀX of its inputs over S sequences (products in single, sums in double precision). Layers
that read the same, such as q, k and v, have the same.

`sequences` sequences of `length` tokens are drawn at random places of the text; the study's seed says which. All layers
read what the uncompressed model gives them. Text that calibrates must not be the text that is measured.

The result belongs to the encoder alone: it is no part of a rate. It is kept in the library, so that no later study
calibrates again with the same model, text, settings and seed.
)";

graph::Manifest hessiansManifest() {
    graph::Manifest manifest;
    manifest.id = "language.hessians";
    manifest.title = "Calibration";
    manifest.family = "language";
    manifest.summary = "Second moments of what a model's linear layers read";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Learner;
    manifest.papers = {{"Frantar et al., GPTQ", "https://arxiv.org/abs/2210.17323"}};
    manifest.synonyms = {"Hessian", "calibrate", "GPTQ", "SpQR", "VPTQ", "activations", "second moment"};
    manifest.inputs = {{.id = "model",
                        .label = "Model",
                        .type = graph::PortType::LanguageModel,
                        .help = "The model that is to be compressed."},
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "What it reads; several texts are one, a blank line between them."}};
    manifest.outputs = {{.id = "hessians",
                         .label = "Hessians",
                         .type = graph::PortType::TensorSet,
                         .schema = engine::hessianSchema,
                         .help = "One for each linear layer, by the name of its weights."}};
    manifest.parameters = engine::drawParameters();
    manifest.usesSeed = true;
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry hessiansNode() {
    return {hessiansManifest(),
            [] { return std::make_unique<HessiansNode>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
