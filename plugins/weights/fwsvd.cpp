// FWSVD: two thin factors in place of a matrix, the best ones where rows count by their Fisher information. Its stream is
// that of fwsvd_decoder.h.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/low_rank.h"
#include "core/engine/quant/weighted_svd.h"
#include "core/engine/tensor.h"
#include "core/error.h"
#include "core/media/coding/container.h"
#include "core/media/node/checkpoint.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/fwsvd_decoder.h"
#include "plugins/weights/fwsvd_layers.h"
#include "plugins/weights/fwsvd_tuning.h"
#include "plugins/weights/layer_table.h"
#include "plugins/weights/nodes.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::LowRank;
using engine::WeightedAxis;

enum class AxisRule { Inputs, Outputs, Best };

struct FwsvdSettings {
    double ratio = 0.5, floor = 1e-5;
    bool spread = false;  ///< one budget for all layers
    AxisRule axis = AxisRule::Inputs;
    std::string ranks;
    TuningSettings tuning;
};

/// What `make` gives, or gave to an earlier run of the task that was cut off.
template <typename Make>
std::vector<std::byte> keptOrMade(Context& context, const std::string& name, const Make& make) {
    const auto read = [](FieldReader& fields) {
        const auto all = fields.raw(fields.left());
        return std::vector<std::byte>(all.begin(), all.end());
    };
    if (auto state = takeUp(context, name, read)) return *std::move(state);
    const FieldWriter state = make();
    saveFields(context, name, state);
    return state.bytes();
}

/// What fine-tuning trains on; empty where nothing is connected.
std::string textOf(const Inputs& inputs) {
    if (!inputs.has("text")) return {};
    std::string text = engine::joinedTexts(inputs.all("text"), "weights.fwsvd is fine-tuned with");
    if (text.empty())
        throw Error(ErrorKind::Input, "The text that weights.fwsvd is fine-tuned with is empty.",
                    "Connect another one.");
    return text;
}

class Encoder {
  public:
    Encoder(Context& context, const Inputs& inputs, const FwsvdSettings& settings)
        : context_(context),
          set_(inputs.tensors("tensors")),
          text_(textOf(inputs)),
          settings_(settings),
          information_(inputs, set_, settings.floor) {}

    void encode(ByteSink& sink) {
        requireWeights(set_);
        if (settings_.tuning.steps > 0 && text_.empty())
            throw Error(ErrorKind::Usage, "Fine-tuning needs a text.",
                        "Connect one, or set finetune-steps to 0.");
        const engine::ComputeScope threads(context_.threads());
        chooseLayers();
        nameRanks(layers_, settings_.ranks);
        chooseRanks();
        for (std::size_t i = 0; i < layers_.size(); ++i)
            factor(i);
        if (settings_.tuning.steps > 0) tuneFactors();
        for (SvdLayer& layer : layers_)
            put(layer);
        ContainerWriter container(fwsvdId, fwsvdVersion);
        writeTensorList(container.header(), set_);
        container.addSection("ranks", ranks_.finish());
        container.addSection("output-factors", left_.finish());
        container.addSection("input-factors", right_.finish());
        container.addSection("dense", dense_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
        report();
    }

  private:
    void chooseLayers() {
        const Searched isSearched(set_);
        for (const Tensor& tensor : set_.tensors) {
            context_.check();
            if (!isSearched(tensor))
                putKept(kept_, tensor);
            else if (!tensor.array.empty())
                layers_.push_back({&tensor, matrixShape(tensor.array.shape())});
        }
        steps_ = layers_.size() * (settings_.spread ? 2 : 1);
    }

    void chooseRanks() {
        for (SvdLayer& layer : layers_)
            if (!layer.isNamed)
                layer.rank = engine::uniformRank(layer.shape.rows, layer.shape.columns, settings_.ratio);
        if (!settings_.spread) return;
        std::vector<engine::Spectrum> spectra;
        std::vector<SvdLayer*> chosen;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            step();
            if (layers_[i].isNamed) continue;
            spectra.push_back({layers_[i].shape.rows, layers_[i].shape.columns, spectrum(i)});
            chosen.push_back(&layers_[i]);
        }
        const std::vector<std::int64_t> ranks = engine::spreadRanks(spectra, settings_.ratio);
        for (std::size_t i = 0; i < chosen.size(); ++i)
            chosen[i]->rank = ranks[i];
    }

    std::vector<double> spectrum(std::size_t i) {
        const auto state = keptOrMade(context_, "spectrum-" + std::to_string(i), [&] {
            const RowWeights side = sideOf(layers_[i]);
            const double unit = unitOf(layers_[i], side.axis);
            FieldWriter writer;
            writer.u8(side.axis == WeightedAxis::Inputs ? 0 : 1);
            for (const double energy :
                 engine::energies(layers_[i].tensor->name, matrixOf(layers_[i]), side.diagonal, side.axis))
                writer.f64(unit * energy);
            return writer;
        });
        FieldReader reader(state);
        layers_[i].axis = reader.u8() == 0 ? WeightedAxis::Inputs : WeightedAxis::Outputs;
        std::vector<double> energies;
        while (reader.left() > 0)
            energies.push_back(reader.f64());
        return energies;
    }

    /// Layers' energies compare only on one scale, and each layer's weights have their own.
    double unitOf(const SvdLayer& layer, WeightedAxis axis) const {
        const bool allKnown = std::all_of(layers_.begin(), layers_.end(), [&](const SvdLayer& one) {
            return one.isNamed || information_.knows(one);
        });
        return allKnown ? information_.unit(layer, axis) : 1;
    }

    /// The best is that which loses the smaller share at the rank that the layer has so far. Where a spectrum has decided
    /// the rank, it stays: at that rank the other might lose less, but the rank was given for this one's energies.
    RowWeights sideOf(const SvdLayer& layer) const {
        if (layer.axis) return information_.of(layer, *layer.axis);
        if (settings_.axis == AxisRule::Outputs) return information_.of(layer, WeightedAxis::Outputs);
        RowWeights inputs = information_.of(layer, WeightedAxis::Inputs);
        if (settings_.axis == AxisRule::Inputs || layer.rank == 0) return inputs;
        RowWeights outputs = information_.of(layer, WeightedAxis::Outputs);
        const auto lost = [&](const RowWeights& side) {
            context_.check();
            return engine::tailShare(
                engine::energies(layer.tensor->name, matrixOf(layer), side.diagonal, side.axis), layer.rank);
        };
        return lost(outputs) < lost(inputs) ? outputs : inputs;
    }

    static at::Tensor matrixOf(const SvdLayer& layer) {
        return engine::tensorOf(layer.tensor->array).reshape({layer.shape.rows, layer.shape.columns});
    }

    void factor(std::size_t i) {
        step();
        SvdLayer& layer = layers_[i];
        if (layer.rank > largestStoredRank)
            throw Error(ErrorKind::Usage, "\"" + layer.tensor->name + "\" would have a rank above 65535.",
                        "Set a smaller ratio.");
        if (layer.rank == 0) return;
        const auto state =
            keptOrMade(context_, "factors-" + std::to_string(i), [&] { return factored(layer); });
        FieldReader reader(state);
        layer.loss = reader.f64();
        layer.error = reader.f64();
        layer.factors = {engine::Matrix<std::uint16_t>(layer.shape.rows, layer.rank),
                         engine::Matrix<std::uint16_t>(layer.rank, layer.shape.columns)};
        for (auto* factor : {&layer.factors.left, &layer.factors.right})
            std::ranges::copy(reader.raw(2 * factor->values.size()),
                              std::as_writable_bytes(std::span(factor->values)).begin());
    }

    void tuneFactors() {
        std::vector<TunedLayer> tuned;
        for (SvdLayer& layer : layers_)
            if (layer.rank > 0) tuned.push_back({layer.tensor->name, &layer.factors});
        tune(context_, set_, text_, settings_.tuning, tuned,
             SubProgress(context_, factoring(), 1 - factoring()));
        for (SvdLayer& layer : layers_)
            if (layer.rank > 0) layer.error = errorOf(*layer.tensor, layer.factors);
    }

    void put(const SvdLayer& layer) {
        const std::uint64_t before = bits();
        ranks_.put(static_cast<std::uint64_t>(layer.rank), 16);
        if (layer.rank == 0) {
            putKept(dense_, *layer.tensor);
        } else {
            left_.putPacked(std::span<const std::uint16_t>(layer.factors.left.values), 16);
            right_.putPacked(std::span<const std::uint16_t>(layer.factors.right.values), 16);
        }
        table_.add({layer.tensor->name, static_cast<std::uint64_t>(layer.tensor->array.size()),
                    bits() - before, layer.rank == 0 ? errorAsKept(*layer.tensor) : layer.error});
    }

    /// Of searched tensors.
    std::uint64_t bits() const { return ranks_.bits() + left_.bits() + right_.bits() + dense_.bits(); }

    FieldWriter factored(const SvdLayer& layer) {
        const RowWeights side = sideOf(layer);
        const engine::WeightedSvd svd(layer.tensor->name, matrixOf(layer), side.diagonal, side.axis);
        const LowRank factors = svd.stored(layer.rank);
        FieldWriter writer;
        writer.f64(std::sqrt(engine::tailShare(svd.energies(), layer.rank)));
        writer.f64(errorOf(*layer.tensor, factors));
        writer.raw(std::as_bytes(std::span(factors.left.values)));
        writer.raw(std::as_bytes(std::span(factors.right.values)));
        return writer;
    }

    double errorOf(const Tensor& tensor, const LowRank& factors) const {
        const Array weights = toFloat32(tensor.array);
        std::vector<float> restored(weights.as<float>().size());
        engine::addProduct(restored, factors, executionIn(context_));
        return relativeError(weights.as<float>(), restored);
    }

    /// A matrix that stays is rounded to 16 bits too.
    static double errorAsKept(const Tensor& tensor) {
        const Array weights = toFloat32(tensor.array), restored = toFloat32(keptArray(tensor));
        return relativeError(weights.as<float>(), restored.as<float>());
    }

    /// Of the progress.
    double factoring() const { return settings_.tuning.steps > 0 ? 0.2 : 1; }
    void step() {
        context_.progress(factoring() * static_cast<double>(step_++) / static_cast<double>(steps_));
    }

    void report() const {
        std::vector<std::int64_t> ranks;
        std::vector<double> losses;
        for (const SvdLayer& layer : layers_) {
            ranks.push_back(layer.rank);
            losses.push_back(layer.loss);
        }
        table_.report(context_, {{"rank", "", std::move(ranks)}, {"weighted-error", "", std::move(losses)}});
    }

    Context& context_;
    const TensorSet& set_;
    const std::string text_;
    const FwsvdSettings settings_;
    const FisherInformation information_;
    std::vector<SvdLayer> layers_;
    LayerTable table_;
    std::size_t step_ = 0, steps_ = 0;
    BitWriter ranks_{"ranks", true}, left_{"output-factors", true}, right_{"input-factors", true},
        dense_{"dense", true}, kept_{"kept"};
};

class Fwsvd : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        FwsvdSettings settings;
        settings.ratio = parameters.real("ratio");
        settings.floor = parameters.real("floor");
        settings.spread = parameters.text("rank-rule") == "global";
        const std::string& axis = parameters.text("axis");
        settings.axis = axis == "in" ? AxisRule::Inputs : axis == "out" ? AxisRule::Outputs : AxisRule::Best;
        settings.ranks = parameters.text("ranks");
        settings.tuning = tuningSettings(parameters);
        Encoder(context, inputs, settings).encode(sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(decodeFwsvd(context, source))}};
    }
};

constexpr const char* fwsvdManual =
    R"(Two thin factors L [m, r] and R [r, n] in place of a matrix W [m outputs, n inputs], from its truncated singular
value decomposition: **plain SVD** without Fisher information, **FWSVD** with that of `language.fisher`.

An input counts by s, the Fisher information of its weights summed over the outputs: with D = diag(√(s/max s + `floor`)),
W·D = U·S·Vᵀ is cut after r singular values, and L = U·√S, R = √S·Vᵀ·D⁻¹. No factors of that rank have a smaller
‖(W − L·R)·D‖; ‖W − L·R‖ is never below that of plain SVD. `axis` weighs outputs instead, or takes for each layer the side
that loses the smaller share (at the rank that `uniform` gives it, where ranks are `global`). A layer without information, such as an embedding, or with zeros only is treated as by plain
SVD.

**Ranks.** Factors pay where r·(m + n) < m·n. `uniform`: each layer has the rank ⌊`ratio`·m·n/(m + n)⌋, at least 1, so that
SVD and FWSVD take the same bits exactly. `global`: that budget, of all layers together, goes where a number wins the most
of the weighted square, the layers' weights on one scale where all have information. `ranks` names ranks ("model.layers.0.*=12; *.down_proj.weight=20", the last that fits counts); such
layers are no part of the budget. Where factors don't pay, the matrix stays as it is.

**Fine-tuning**: with a text at `text`, and `finetune-steps` above 0, all factors are then trained together on the loss of
that text, by AdamW; the model's other tensors stay as they are. A step takes `batch` of the `sequences` that are drawn.
Text that trains must not be the text that is measured, and a comparison gives every method the same steps. With threads
the result holds to about 1e-4 only. Every 50 steps are saved; the table `fine-tuning` has each step's loss.

**Which tensors**: as for `weights.rtn`; the others are `kept`.

**Bits a weight**, all of them counted: 16·r·(m + n)/(m·n) and 16 bits a layer for r. Parts: `output-factors`,
`input-factors`, `ranks`, `dense` (matrices that stay; all of searched tensors), `kept`, `header`, `container`. The
decomposition is in double precision and is saved layer by layer, so that what is cut off goes on from there. The table
`layers` says each layer's weights, bits, relative error ‖Ŵ − W‖/‖W‖, rank, and relative weighted error √(Σ_{k>r} σ²/Σ σ²)
before fine-tuning.
)";

std::vector<graph::Parameter> rankParameters() {
    return {{.id = "ratio",
             .label = "Numbers kept",
             .help = "Share of the numbers of the layers that are factored.",
             .type = graph::ParameterType::Real,
             .defaultValue = 0.5,
             .minimum = 0.05,
             .maximum = 1,
             .movesAlongCurve = true},
            {.id = "rank-rule",
             .label = "Ranks",
             .help = "The same share for every layer, or one budget for all.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("uniform"),
             .choices = {"uniform", "global"}},
            {.id = "axis",
             .label = "Weighted side",
             .help = "Inputs, outputs, or for each layer the one that loses less.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("in"),
             .choices = {"in", "out", "best"}},
            {.id = "ranks",
             .label = "Named ranks",
             .help = "NAME=RANK; NAME=RANK: these win over the rule.",
             .type = graph::ParameterType::Text,
             .defaultValue = std::string(),
             .advanced = true},
            {.id = "floor",
             .label = "Floor",
             .help = "Added to the weights of rows, whose greatest is 1.",
             .type = graph::ParameterType::Real,
             .defaultValue = 1e-5,
             .minimum = 0,
             .maximum = 1,
             .advanced = true}};
}

graph::Manifest fwsvdManifest() {
    graph::Manifest manifest = calibratedManifest(fwsvdId, fwsvdVersion);
    manifest.title = "Low rank";
    manifest.summary = "FWSVD: factors weighted by Fisher information; plain SVD without it";
    manifest.manual = fwsvdManual;
    manifest.papers = {
        {"Y.-C. Hsu et al., Language model compression with weighted low-rank factorization, 2022",
         "https://arxiv.org/abs/2207.00112"}};
    manifest.synonyms = {"FWSVD",         "SVD",           "low-rank",      "singular value decomposition",
                         "truncated SVD", "factorisation", "factorization", "fine-tuning"};
    manifest.inputs[1] = {
        .id = "fisher",
        .label = "Fisher information",
        .type = graph::PortType::TensorSet,
        .schema = engine::fisherSchema,
        .role = graph::PortRole::Encoder,
        .required = false,
        .help = "Of the tensors' rows and columns, by the tensors' names. Without it: plain SVD."};
    manifest.inputs.push_back({.id = "text",
                               .label = "Text",
                               .type = graph::PortType::TextCorpus,
                               .role = graph::PortRole::Encoder,
                               .fanOut = graph::FanOut::All,
                               .required = false,
                               .help = "What fine-tuning trains on: the tensors are a language model then."});
    manifest.parameters = rankParameters();
    for (graph::Parameter& parameter : tuningParameters())
        manifest.parameters.push_back(std::move(parameter));
    manifest.usesSeed = true;
    manifest.extension = "fwsvd";
    manifest.magics = {
        "52534353010d776569676874732e6677737664"};  // container, format 1, text "weights.fwsvd"
    return manifest;
}

}  // namespace

NodeEntry fwsvdNode() {
    return {
        fwsvdManifest(), [] { return std::make_unique<Fwsvd>(); }, {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::weights
