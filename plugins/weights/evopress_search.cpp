// EvoPress: which width each tensor of a model gets, or which blocks are left out, found by evolution.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/texts.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/language_model.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/search_log.h"
#include "plugins/weights/search_units.h"
#include "plugins/weights/sparse_units.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::Candidate;
using engine::Generation;

constexpr const char* nodeId = "weights.evopress.search";
constexpr const char* checkpointName = "generations";
constexpr double databaseShare = 0.2;     ///< of the progress
constexpr std::uint64_t startStream = 1;  ///< of a random candidate
constexpr std::uint64_t drawStream = std::uint64_t{1}
                                     << 32;  ///< of the calibration text; generations count from 0

/// What tells its tables from those of other rows of a sweep: "bits-3-evolution".
std::string labelOf(const Parameters& parameters) {
    return parameters.text("kind") + "-" + graph::toText(parameters.real("target")) + "-" +
           parameters.text("allocation");
}

class Search {
  public:
    Search(Context& context, SearchSettings settings, engine::Llama dense, at::Tensor sequences)
        : context_(context),
          settings_(std::move(settings)),
          dense_(std::move(dense)),
          sequences_(std::move(sequences)) {}

    Outputs run(const Inputs& inputs, const std::string& label) {
        const TensorSet& model = inputs.tensors("model");
        const TensorSet* const hessians = inputs.has("hessians") ? &inputs.tensors("hessians") : nullptr;
        const SubProgress progress(context_, 0, databaseShare);
        if (settings_.kind == AllocationKind::LeftOut) {
            const BlockUnits units(settings_, dense_, model);
            if (settings_.evolution.generations == 0) settings_.evolution.generations = units.generations();
            return outcome(units, found(units), label);
        }
        if (settings_.kind == AllocationKind::Sparsity) {
            const SparseUnits units(context_, settings_, model, hessians, dense_.linears(), progress);
            return outcome(units,
                           settings_.method == SearchMethod::Owl ? compared(units, units.outlierWeighted())
                                                                 : found(units),
                           label);
        }
        const TensorUnits units(context_, settings_, model, hessians, dense_.linears(), progress);
        return outcome(units, found(units), label);
    }

  private:
    /// By the methods that serve widths and sparsities alike.
    template <typename Units>
    std::vector<Generation> found(const Units& units) {
        if (settings_.method == SearchMethod::Even) return compared(units, units.even());
        if (settings_.method == SearchMethod::Dynamic)
            return compared(units, units.leastError([this] { context_.check(); }));
        return evolved(units);
    }

    std::vector<Generation> found(const BlockUnits& units) {
        const std::unique_ptr<engine::Moves> moves = units.moves();  // refuses what leaves nothing to choose
        std::mt19937_64 random = context_.generator(startStream);
        switch (settings_.method) {
            case SearchMethod::Random:
                return compared(units, moves->start(random));
            case SearchMethod::Cosine:
                return compared(
                    units, leastOf(units, units.cosineDistances(sequences_, [this] { context_.check(); })));
            case SearchMethod::Scoring:
                return compared(units, leastOf(units, harmAlone(units)));
            default:
                return evolved(units);
        }
    }

    CandidateModel candidateModel(const SearchUnits& units) {
        return {
            dense_,
            sequences_,
            units.count(),
            [&units](engine::Llama& model, std::size_t unit, int level) { units.put(model, unit, level); },
            {settings_.fitness, settings_.top, [this] { context_.check(); }}};
    }

    engine::Evolution::Generators generators() {
        return [this](std::uint64_t stream) { return context_.generator(stream); };
    }

    std::vector<Generation> evolved(const SearchUnits& units) {
        CandidateModel model = candidateModel(units);
        const std::unique_ptr<engine::Moves> moves = units.moves();
        engine::Evolution evolution(
            *moves,
            [&](const Candidate& candidate, const engine::Minibatch& batch) {
                return model.fitness(candidate, batch);
            },
            settings_.evolution, generators());
        if (const auto saved = takeUp(context_, checkpointName, generationsFrom)) evolution.resume(*saved);
        const auto start = std::chrono::steady_clock::now();
        const std::size_t first = evolution.log().size();
        while (!evolution.finished()) {
            const double done = static_cast<double>(evolution.log().size()) /
                                static_cast<double>(settings_.evolution.generations + 1);
            context_.progress(databaseShare + (1 - databaseShare) * done);
            evolution.step();
            saveFields(context_, checkpointName, fieldsOf(evolution.log()));
        }
        // Times are no output: they differ from run to run.
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        context_.log(std::to_string(evolution.log().size() - first) + " generations in " +
                     std::to_string(taken.count()) + " s.");
        return evolution.log();
    }

    /// A candidate that was not searched for, with its fitness on all the text and on what searches compare by.
    std::vector<Generation> compared(const SearchUnits& units, Candidate candidate) {
        CandidateModel model = candidateModel(units);
        const engine::EvolutionSettings& evolution = settings_.evolution;
        std::mt19937_64 random = context_.generator(0);
        const engine::Minibatch fixed = engine::drawMinibatch(
            random, evolution.sequences, evolution.sequenceLength, evolution.startTokens);
        Generation only;
        only.fitness = model.fitness(candidate, allText());
        only.fixedFitness = model.fitness(candidate, fixed);
        only.tokens = evolution.sequences * evolution.sequenceLength;
        only.parent = std::move(candidate);
        return {only};
    }

    engine::Minibatch allText() const {
        engine::Minibatch all;
        for (std::int64_t i = 0; i < settings_.evolution.sequences; ++i)
            all.push_back({i, settings_.evolution.sequenceLength});
        return all;
    }

    /// By unit, the fitness on all the text without it.
    std::vector<double> harmAlone(const BlockUnits& units) {
        CandidateModel model = candidateModel(units);
        std::vector<double> harm;
        for (std::size_t unit = 0; unit < units.count(); ++unit) {
            context_.progress(static_cast<double>(unit) / static_cast<double>(units.count()));
            Candidate alone(units.count(), 0);
            alone[unit] = 1;
            harm.push_back(model.fitness(alone, allText()));
        }
        return harm;
    }

    /// Leaves out of each kind the units that do the least harm.
    static Candidate leastOf(const BlockUnits& units, const std::vector<double>& harm) {
        Candidate candidate(units.count(), 0);
        for (std::size_t kind = 0; kind < units.kinds(); ++kind) {
            std::vector<std::size_t> order;
            for (std::size_t i = 0; i < units.unitsOfAKind(); ++i)
                order.push_back(kind * units.unitsOfAKind() + i);
            std::ranges::stable_sort(order, {}, [&](std::size_t unit) { return harm[unit]; });
            for (std::size_t i = 0; i < units.leftOut(); ++i)
                candidate[order[i]] = 1;
        }
        return candidate;
    }

    Outputs outcome(const SearchUnits& units, const std::vector<Generation>& log, const std::string& label) {
        const auto allocation = std::make_shared<const Table>(units.allocation(log.back().parent));
        const auto history = std::make_shared<const Table>(searchLog(log, units, settings_.fitness));
        context_.table("allocation-" + label, *allocation);
        context_.table("log-" + label, *history);
        return {{"allocation", allocation}, {"log", history}};
    }

    Context& context_;
    SearchSettings settings_;
    const engine::Llama dense_;
    at::Tensor sequences_;
};

class EvoPressSearch : public ExperimentNode {
  public:
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{6} << 30}; }

    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = inputs.languageModel("model");
        const SearchSettings settings = searchSettings(parameters, countWeights(model).weights);
        if (const auto missing = missingText(settings))
            context.log(missing->what + " It takes all of them. " + missing->remedy);
        const engine::ComputeScope compute(context.threads());
        const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(
            engine::joinedTexts(inputs.all("text"), "weights.evopress.search searches with"));
        std::mt19937_64 random = context.generator(drawStream);
        at::Tensor sequences = engine::drawnSequences(random, ids, settings.evolution.sequences,
                                                      settings.evolution.sequenceLength);
        return Search(context, settings, engine::Llama(model), std::move(sequences))
            .run(inputs, labelOf(parameters));
    }
};

constexpr const char* manual =
    R"(Finds how the units of a model are best compressed within an exact budget. `weights.evopress` then stores the model so.

**Bits**: each searched tensor gets a width from 2 to 6 bits, their mean being the target. All widths of a tensor are
made once by GPTQ (as `weights.gptq` does, asymmetric) and held packed. The budget is counted in stored bits: codes,
scales, zero points, permutation. With the exchange `size` a bit goes from one tensor to another that costs the same, so
that the budget is kept exactly; with `name` between tensors of one name; with `none` between any, within the budget.

**Drop**: of the attention parts, and of the feed-forward parts, ⌊target·n⌋ of the n blocks' are left out.

**Sparsity**: each searched tensor gets a number of zeros, together ⌊target·m·n⌋ of each. Its levels, `levels` on either
side of the target, differ by `step` weights, as many in each tensor, so that a level up here and one down there keeps the
number of zeros exactly. All are made once by SparseGPT (as `weights.prune` does) and held packed.

**Evolution**: a parent has λ distinct offspring, of 1 to 3 exchanges each. They are scored on little text, the best of
them on more, and so on; before the last stage the parent joins, so that it is given up only for something better. Each
stage draws its own text, the same for all candidates. The paper's last stage takes 131,072 tokens (65,536 of sparsities,
32,768 of blocks): set `sequences` to 512 (256, 128) of 256 tokens. Where there are fewer the log says so, and an effort of
`paper` is refused. The fitness is the mean Kullback-Leibler divergence from the model
as it was (or that over its most probable ids, or perplexity). NaN or infinite predictions are never selected.

To compare with, of the same tensors: `uniform`, one width or sparsity for all (at broken targets two, evenly spread), and `dp`, the
least sum of the layers' relative errors tr((W−Ŵ)·H·(W−Ŵ)ᵀ)/tr(W·H·Wᵀ) within the budget, by dynamic programming: exactly,
unless costs are too fine for its table (SmolLM2's above about 4 bits). They are then rounded up to a coarser common step,
and what that leaves of the budget goes where it wins most; of blocks `scoring`, those
that alone do the least harm; `cosine`, those that turn the states of the tokens least (ShortGPT, arXiv 2403.03853);
`random`, any. Of sparsities `owl` too: of blocks with more outliers among |w|·‖x‖ (above five times their mean) fewer
weights go, within ±0.08 of the target (arXiv 2310.05175), as near as levels come to it.

**Effort**, where its numbers are not given: `small` has 16 offspring, selected on 512 and 8,192 tokens, and as many
generations as `paper`: 150 of widths, 400 of sparsities, k·(n − k)/1.5 where k of n blocks are left out. From 100 million
weights on it has 8 offspring, the best two of them by 256 tokens, 1,024 tokens, and 40 generations, for
processors of few cores. `paper` has 128, 64 and 32 offspring for the three kinds.

The allocation is a table of units and widths. The log has a row a generation: its parent's fitness on the last stage's
text, which is another each time, and `fixed-fitness`, on text that is the same for all generations: compare by that. How
long it took stands in the task's log. Both outputs are kept in the library, so that no later study searches again.

The Hessians are those of the uncompressed model at every layer. Text that is searched with must not be the text that is
measured: fitness is lower on it than elsewhere.
)";

graph::Manifest searchManifest() {
    graph::Manifest manifest;
    manifest.id = nodeId;
    manifest.version = 2;
    manifest.title = "EvoPress search";
    manifest.family = "weights";
    manifest.summary = "Finds widths or sparsities of tensors, or blocks to leave out, within a budget";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Experiment;
    manifest.papers = {
        {"O. Sieberling et al., EvoPress: accurate dynamic model compression via evolutionary search, 2025",
         "https://arxiv.org/abs/2410.14649"}};
    manifest.synonyms = {"evolutionary search", "bit allocation",      "mixed precision",
                         "depth pruning",       "layer-wise sparsity", "OWL"};
    manifest.inputs = {
        {.id = "model",
         .label = "Model",
         .type = graph::PortType::LanguageModel,
         .help = "The model that is to be compressed."},
        {.id = "text",
         .label = "Text",
         .type = graph::PortType::TextCorpus,
         .fanOut = graph::FanOut::All,
         .help = "What candidates are scored on; several texts are one, a blank line between them."},
        hessianPort()};
    manifest.inputs.back().role = graph::PortRole::Value;
    manifest.outputs = {{.id = "allocation",
                         .label = "Allocation",
                         .type = graph::PortType::Table,
                         .schema = allocationSchema,
                         .help = "For weights.evopress."},
                        {.id = "log",
                         .label = "Log",
                         .type = graph::PortType::Table,
                         .schema = searchLogSchema,
                         .help = "One row a generation."}};
    manifest.parameters = searchParameters();
    manifest.usesSeed = true;
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry evoPressSearchNode() {
    return {searchManifest(),
            [] { return std::make_unique<EvoPressSearch>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::weights
