// Calibration: what the linear layers of a language model's blocks read while it reads a text.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/hessian.h"
#include "core/error.h"
#include "core/media/node/language_model.h"
#include "plugins/language/nodes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace ratescope::media::language {
namespace {

constexpr std::int64_t sequencesAtOnce = 4;  // more is no faster on a processor, and takes more memory

/// Hessians of one block's linears, by the first of the layers that read the same; and what the next block reads.
class BlockPass {
  public:
    BlockPass(const engine::Llama& model, std::int64_t layer) : model_(model), layer_(layer) {}

    at::Tensor run(const at::Tensor& hidden) {
        std::vector<at::Tensor> next;
        for (std::int64_t begin = 0; begin < hidden.size(0); begin += sequencesAtOnce) {
            const std::int64_t count = std::min(sequencesAtOnce, hidden.size(0) - begin);
            next.push_back(model_.block(layer_, hidden.narrow(0, begin, count),
                                        [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                                            engine::accumulate(sums_[readers], readers.front(), rows, count);
                                        }));
        }
        return at::cat(next);
    }

    void addTo(engine::Hessians& all) const {
        for (const auto& [readers, sum] : sums_)
            for (const std::string& reader : readers)
                all[reader + ".weight"] = sum;
    }

  private:
    const engine::Llama& model_;
    std::int64_t layer_;
    std::map<std::vector<std::string>, engine::Hessian> sums_;
};

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
        const engine::Llama decoder(model);
        at::Tensor hidden = decoder.embed(engine::drawnSequences(random, ids, parameters.integer("sequences"),
                                                                 parameters.integer("length")));
        engine::Hessians hessians;
        for (std::int64_t layer = 0; layer < decoder.layers(); ++layer) {
            context.progress(static_cast<double>(layer) / static_cast<double>(decoder.layers()));
            BlockPass pass(decoder, layer);
            hidden = pass.run(hidden);
            pass.addTo(hessians);
        }
        return {{"hessians", std::make_shared<const TensorSet>(engine::toTensorSet(hessians))}};
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
    manifest.parameters = {{.id = "sequences",
                            .label = "Sequences",
                            .help = "So many are drawn.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{32},
                            .minimum = 1,
                            .maximum = 4096},
                           {.id = "length",
                            .label = "Length",
                            .help = "Of a sequence.",
                            .type = graph::ParameterType::Int,
                            .unit = "tokens",
                            .defaultValue = std::int64_t{512},
                            .minimum = 8,
                            .maximum = 32768}};
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
