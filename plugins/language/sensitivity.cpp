// How much each layer of a compressed language model does by itself.

#include "core/engine/llm/sensitivity.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/texts.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace ratescope::media::language {
namespace {

constexpr const char* nodeId = "language.sensitivity";
constexpr const char* checkpointName = "layers";
constexpr std::size_t layersBetweenCheckpoints = 8;

/// The linears whose tensors the model's source selects for compression.
std::vector<std::string> searchedLinears(const LanguageModel& model, const engine::Llama& decoder) {
    const Searched isSearched(model);
    std::vector<std::string> found;
    for (const std::string& linear : decoder.linears())
        if (std::ranges::any_of(model.tensors, [&](const ModelTensor& tensor) {
                return tensor.name == linear + ".weight" && isSearched(tensor);
            }))
            found.push_back(linear);
    if (found.empty())
        throw Error(ErrorKind::Input, "The original has no linear layers that are selected for compression.",
                    "Select tensors at the model's source.");
    return found;
}

/// The first windows of the text, side by side.
at::Tensor windowsOf(const LanguageModel& model, const std::string_view text, const Parameters& parameters) {
    const std::int64_t windows = parameters.integer("windows"), tokens = parameters.integer("context");
    const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(text);
    if (static_cast<std::int64_t>(ids.size()) < windows * tokens)
        throw Error(ErrorKind::Input,
                    "The text has " + std::to_string(ids.size()) + " tokens, and " + std::to_string(windows) +
                        " windows of " + std::to_string(tokens) + " are more.",
                    "Connect a longer text, or set windows or context to less.");
    at::Tensor all = at::empty({windows, tokens}, at::kLong);
    std::copy_n(ids.begin(), windows * tokens, all.mutable_data_ptr<std::int64_t>());
    return all;
}

std::vector<double> savedDivergences(Context& context, std::size_t most) {
    const auto read = [&](FieldReader& fields) {
        std::vector<double> known;
        while (fields.left() > 0 && known.size() < most)
            known.push_back(fields.f64());
        return known;
    };
    return takeUp(context, checkpointName, read).value_or(std::vector<double>());
}

void save(Context& context, const std::vector<double>& divergences) {
    FieldWriter fields;
    for (const double divergence : divergences)
        fields.f64(divergence);
    saveFields(context, checkpointName, fields);
}

class SensitivityNode : public MeasureNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        const std::string text = engine::joinedTexts(references.all("text"), "language.sensitivity predicts");
        windowsOf(model, text, parameters);  // refuses what is too short, once for all
        return {{{"reference", references.one("reference")}, {"text", engine::corpusOf(text)}},
                weightCounts(model)};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = modelOf(candidate, nodeId);
        const LanguageModel& original = *asLanguageModel(prepared.values.at("reference"));
        const auto& text = *std::get<std::shared_ptr<const TextCorpus>>(prepared.values.at("text"));
        const engine::ComputeScope compute(context.threads());
        const engine::Llama before(original), after(*model);
        const std::vector<std::string> linears = searchedLinears(original, before);
        const engine::Sensitivity sensitivity(before, windowsOf(original, text.text(), parameters),
                                              [&] { context.check(); });
        const double all = sensitivity.ofAll(after);
        std::vector<double> divergences = savedDivergences(context, linears.size());
        while (divergences.size() < linears.size()) {
            const std::string& linear = linears[divergences.size()];
            context.progress(static_cast<double>(divergences.size()) / static_cast<double>(linears.size()));
            divergences.push_back(sensitivity.of(linear, after.tensor(linear + ".weight")));
            if (divergences.size() % layersBetweenCheckpoints == 0) save(context, divergences);
        }
        report(context, linears, divergences);
        return {{{"sensitivity-max", *std::ranges::max_element(divergences), 1},
                 {"sensitivity-sum", std::accumulate(divergences.begin(), divergences.end(), 0.0), 1},
                 {"sensitivity-together", all, 1}},
                {}};
    }

  private:
    static void report(Context& context, const std::vector<std::string>& linears,
                       const std::vector<double>& divergences) {
        std::vector<std::string> tensors;
        for (const std::string& linear : linears)
            tensors.push_back(linear + ".weight");
        Table table;
        table.schema = "sensitivity";
        table.view = TableView::Bars;
        table.columns = {{"tensor", "", std::move(tensors)}, {"divergence", "nat", divergences}};
        context.table("sensitivity", table);
    }
};

constexpr const char* manual =
    R"(What each layer's compression does to the predictions by itself: the original, with one linear layer at a
time in the place of its own, is held against the original as it was, by the mean Kullback-Leibler divergence of the next
token (nats). The tab Model shows it beside the errors of weights and outputs.

An error of the weights says nothing about what it does, and layers' own divergences do not add up: `sensitivity-sum` is
their sum, `sensitivity-together` the divergence of the compressed model as a whole on the same tokens, `sensitivity-max`
the greatest of one layer. Layers that the source does not select for compression are left out; one that came back
unchanged has 0.

`windows` windows of `context` tokens from the start of the text are predicted, all but the first token of each. A layer
takes a pass through the blocks behind it, so half a run of the model on average. The table `sensitivity` has each layer's
divergence; every eighth is saved.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression.
)";

graph::Metric metric(const char* id, const char* title, const char* help) {
    return {.id = id,
            .title = title,
            .unit = "nat",
            .better = graph::Better::Lower,
            .finish = graph::Finish::Ratio,
            .pool = graph::Pool::NotPoolable,
            .drawUnit = "item",
            .help = help};
}

graph::Manifest sensitivityManifest() {
    graph::Manifest manifest;
    manifest.id = nodeId;
    manifest.title = "Sensitivity";
    manifest.family = "language";
    manifest.summary = "What each layer's compression does to a model's predictions by itself";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.synonyms = {"LLM", "layer-wise", "importance", "KL divergence", "per-layer", "ablation"};
    manifest.inputs = {referencePort(),
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "What is predicted; several texts are one, a blank line between them."},
                       candidatePort()};
    manifest.parameters = {{.id = "windows",
                            .label = "Windows",
                            .help = "From the start of the text.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{4},
                            .minimum = 1,
                            .maximum = 4096},
                           {.id = "context",
                            .label = "Context",
                            .help = "Of a window.",
                            .type = graph::ParameterType::Int,
                            .unit = "tokens",
                            .defaultValue = std::int64_t{256},
                            .minimum = 2,
                            .maximum = 32768},
                           seenTextParameter()};
    manifest.metrics = {
        metric("sensitivity-max", "Most sensitive layer", "The greatest divergence that one layer makes."),
        metric("sensitivity-sum", "Sum of the layers' sensitivities",
               "Of the divergences that layers make one by one."),
        metric("sensitivity-together", "Divergence of all layers together",
               "Of the compressed model, on the same tokens.")};
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry sensitivityNode() {
    return {sensitivityManifest(),
            [] { return std::make_unique<SensitivityNode>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
