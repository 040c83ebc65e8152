// Calibration: how much a language model's loss depends on the weights of its blocks' linear layers.

#include "core/engine/quant/fisher.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/loss_gradients.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/language_model.h"
#include "plugins/language/nodes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ratescope::media::language {
namespace {

constexpr const char* checkpointName = "sums";
constexpr std::int64_t batchesBetweenCheckpoints = 16;

/// What the first `sequences` of the drawn ones gave.
struct State {
    std::int64_t sequences = 0;
    engine::FisherSums sums;
};

State resumed(Context& context) {
    const auto read = [](FieldReader& fields) {
        const auto sequences = static_cast<std::int64_t>(fields.varint());
        return State{sequences, engine::fisherSumsFrom(fields.raw(fields.left()))};
    };
    return takeUp(context, checkpointName, read).value_or(State());
}

void save(Context& context, const State& state) {
    FieldWriter fields;
    fields.varint(static_cast<std::uint64_t>(state.sequences));
    fields.raw(engine::toBytes(state.sums));
    saveFields(context, checkpointName, fields);
}

class FisherNode : public LearnerNode {
  public:
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{6} << 30}; }

    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = inputs.languageModel("model");
        const engine::ComputeScope compute(context.threads());
        const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(
            engine::joinedTexts(inputs.all("text"), "language.fisher calibrates with"));
        const engine::Llama decoder(model);
        const at::Tensor sequences = engine::drawnSequences(
            context.generator(), ids, parameters.integer("sequences"), parameters.integer("length"));
        const engine::FisherSums sums = summed(context, decoder, sequences, parameters.integer("batch"));
        return {{"fisher", std::make_shared<const TensorSet>(engine::toTensorSet(sums))}};
    }

  private:
    static engine::FisherSums summed(Context& context, const engine::Llama& decoder,
                                     const at::Tensor& sequences, std::int64_t batch) {
        State state = resumed(context);
        const std::int64_t all = sequences.size(0);
        for (std::int64_t batches = 1; state.sequences < all; ++batches) {
            context.progress(static_cast<double>(state.sequences) / static_cast<double>(all));
            const std::int64_t count = std::min(batch, all - state.sequences);
            engine::lossGradients(
                decoder, sequences.narrow(0, state.sequences, count),
                [&](const std::string& name, const at::Tensor& gradient) {
                    engine::accumulate(state.sums[name], name, gradient);
                },
                [&] { context.check(); });
            state.sequences += count;
            if (batches % batchesBetweenCheckpoints == 0) save(context, state);
        }
        return state.sums;
    }
};

constexpr const char* manual =
    R"(Calibrates `weights.fwsvd`: for every linear layer of the blocks the diagonal of the empirical Fisher
information, E[(∂L/∂W)²], summed over each row and over each column of W. L is the mean of −log p(token) over a sequence,
and its gradient that of the uncompressed model (in single precision; squares and sums in double precision).

`sequences` sequences of `length` tokens are drawn at random places of the text; the study's seed says which. The gradient
of each sequence is squared by itself. `batch` sequences together give **the square of their mean gradient**: fewer
examples and another, smaller estimate, which near a minimum says little.

Text that calibrates must not be the text that is measured. Each block runs twice, so that one block's activations are
in memory at a time; every 16 batches the sums are saved, so that what is cut off goes on from there. The result belongs
to the encoder alone: it is no part of a rate.
)";

graph::Manifest fisherManifest() {
    graph::Manifest manifest;
    manifest.id = "language.fisher";
    manifest.title = "Fisher information";
    manifest.family = "language";
    manifest.summary = "How much a model's loss depends on the weights of its linear layers";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Learner;
    manifest.papers = {
        {"Y.-C. Hsu et al., Language model compression with weighted low-rank factorization, 2022",
         "https://arxiv.org/abs/2207.00112"}};
    manifest.synonyms = {"calibrate",   "gradient",         "FWSVD",
                         "sensitivity", "empirical Fisher", "backpropagation"};
    manifest.inputs = {{.id = "model",
                        .label = "Model",
                        .type = graph::PortType::LanguageModel,
                        .help = "The model that is to be compressed."},
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "What it predicts; several texts are one, a blank line between them."}};
    manifest.outputs = {{.id = "fisher",
                         .label = "Fisher information",
                         .type = graph::PortType::TensorSet,
                         .schema = engine::fisherSchema,
                         .help = "Sums for each linear layer, by the name of its weights."}};
    manifest.parameters =
        engine::drawParameters({.sequences = 128, .length = 128, .least = 8, .most = 100'000});
    manifest.parameters.push_back(
        {.id = "batch",
         .label = "Sequences of a square",
         .help = "1: each sequence's gradient is squared; more: the mean gradient of so many.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{1},
         .minimum = 1,
         .maximum = 1024});
    manifest.usesSeed = true;
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry fisherNode() {
    return {fisherManifest(),
            [] { return std::make_unique<FisherNode>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
