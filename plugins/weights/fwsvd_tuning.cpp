#include "plugins/weights/fwsvd_tuning.h"

#include "core/engine/llm/llama.h"
#include "core/engine/llm/loss_gradients.h"
#include "core/engine/llm/texts.h"
#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/half.h"
#include "plugins/weights/calibrated.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr const char* checkpointName = "fine-tuning";
constexpr std::int64_t stepsBetweenCheckpoints = 50;
constexpr double meanDecay = 0.9, squareDecay = 0.999, epsilon = 1e-8, weightDecay = 0.01;

std::span<float> valuesOf(const at::Tensor& tensor) {
    return {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// A factor in single precision, with what AdamW remembers of its gradients.
struct Trained {
    at::Tensor values, mean, square;

    explicit Trained(const engine::Matrix<std::uint16_t>& halves)
        : values(at::empty({halves.rows, halves.columns}, at::kFloat)),
          mean(at::zeros_like(values)),
          square(at::zeros_like(values)) {
        std::ranges::transform(halves.values, valuesOf(values).begin(), halfToFloat);
    }

    std::array<at::Tensor, 3> state() const { return {values, mean, square}; }

    void step(const at::Tensor& gradient, double learningRate, std::int64_t number) {
        values.mul_(1 - learningRate * weightDecay);
        mean.mul_(meanDecay).add_(gradient, 1 - meanDecay);
        square.mul_(squareDecay).addcmul_(gradient, gradient, 1 - squareDecay);
        const auto times = static_cast<double>(number);
        const double meanScale = 1 - std::pow(meanDecay, times),
                     squareScale = 1 - std::pow(squareDecay, times);
        values.addcdiv_(mean, square.sqrt().div_(std::sqrt(squareScale)).add_(epsilon),
                        -learningRate / meanScale);
    }
};

struct Factors {
    Trained left, right;
};

class Tuning {
  public:
    Tuning(Context& context, const TuningSettings& settings, engine::Llama model, at::Tensor sequences,
           const std::vector<TunedLayer>& layers)
        : context_(context), settings_(settings), model_(std::move(model)), sequences_(std::move(sequences)) {
        for (const TunedLayer& layer : layers)
            factors_.emplace(layer.name,
                             Factors{Trained(layer.factors->left), Trained(layer.factors->right)});
    }

    void run(SubProgress progress) {
        takeUpSteps();
        while (done() < settings_.steps) {
            progress(static_cast<double>(done()) / static_cast<double>(settings_.steps));
            step();
            if (done() % stepsBetweenCheckpoints == 0 && done() < settings_.steps) save();
        }
    }

    void store(const std::vector<TunedLayer>& layers) const {
        for (const TunedLayer& layer : layers) {
            const Factors& trained = factors_.at(layer.name);
            for (const auto& [halves, values] : {std::pair(&layer.factors->left, trained.left.values),
                                                 std::pair(&layer.factors->right, trained.right.values)})
                std::ranges::transform(valuesOf(values), halves->values.begin(), [&](float value) {
                    const std::uint16_t half = floatToHalf(value);
                    if (!std::isfinite(halfToFloat(half)))
                        lost("a factor of \"" + layer.name + "\" is no number that 16 bits hold");
                    return half;
                });
        }
    }

    Table table() const {
        std::vector<std::int64_t> steps;
        for (std::size_t i = 0; i < losses_.size(); ++i)
            steps.push_back(static_cast<std::int64_t>(i));
        Table table;
        table.schema = "fine-tuning";
        table.view = TableView::Line;
        table.columns = {{"step", "", std::move(steps)}, {"loss", "nat", losses_}};
        return table;
    }

  private:
    std::int64_t done() const { return static_cast<std::int64_t>(losses_.size()); }

    [[noreturn]] void lost(const std::string& what) const {
        throw Error(ErrorKind::Input,
                    "Fine-tuning has lost its way: " + what + " after " + std::to_string(done()) + " steps.",
                    "Set a smaller learning-rate.");
    }

    /// The sequences of a step follow those of the one before, round and round.
    at::Tensor batch() const {
        const at::Tensor places = at::arange(settings_.batch, at::kLong)
                                      .add_(done() * settings_.batch)
                                      .remainder_(sequences_.size(0));
        return sequences_.index_select(0, places);
    }

    void step() {
        for (const auto& [name, factors] : factors_)
            model_.setTensor(name, at::mm(factors.left.values, factors.right.values));
        std::map<std::string, std::pair<at::Tensor, at::Tensor>> gradients;
        const double loss = engine::lossGradients(
            model_, batch(),
            [&](const std::string& name, const at::Tensor& gradient) {
                const auto found = factors_.find(name);
                if (found == factors_.end()) return;
                const Factors& factors = found->second;
                gradients[name] = {at::mm(gradient, factors.right.values.t()),
                                   at::mm(factors.left.values.t(), gradient)};
            },
            [&] { context_.check(); });
        if (!std::isfinite(loss)) lost("the loss is no number");
        losses_.push_back(loss);
        for (auto& [name, gradient] : gradients) {
            Factors& factors = factors_.at(name);
            factors.left.step(gradient.first, settings_.learningRate, done());
            factors.right.step(gradient.second, settings_.learningRate, done());
        }
    }

    void save() const {
        FieldWriter fields;
        fields.varint(losses_.size());
        for (const double loss : losses_)
            fields.f64(loss);
        for (const auto& [name, factors] : factors_)
            for (const Trained* trained : {&factors.left, &factors.right})
                for (const at::Tensor& tensor : trained->state())
                    fields.raw(std::as_bytes(valuesOf(tensor)));
        saveFields(context_, checkpointName, fields);
    }

    /// All of a checkpoint or nothing of it.
    void takeUpSteps() {
        const auto read = [&](FieldReader& fields) {
            std::vector<double> losses;
            for (std::uint64_t left = fields.varintUpTo(fields.left() / sizeof(double)); left > 0; --left)
                losses.push_back(fields.f64());
            const auto state = fields.raw(fields.left());
            return std::pair(losses, std::vector<std::byte>(state.begin(), state.end()));
        };
        const auto saved = takeUp(context_, checkpointName, read);
        if (!saved) return;
        std::size_t size = 0;
        for (const auto& [name, factors] : factors_)
            size += 3 * sizeof(float) *
                    static_cast<std::size_t>(factors.left.values.numel() + factors.right.values.numel());
        if (saved->second.size() != size) return;
        auto from = saved->second.begin();
        for (const auto& [name, factors] : factors_)
            for (const Trained* trained : {&factors.left, &factors.right})
                for (const at::Tensor& tensor : trained->state()) {
                    const auto to = std::as_writable_bytes(valuesOf(tensor));
                    std::copy_n(from, to.size(), to.begin());
                    from += static_cast<std::ptrdiff_t>(to.size());
                }
        losses_ = saved->first;
        context_.log("Took up fine-tuning after " + std::to_string(done()) + " steps.");
    }

    Context& context_;
    const TuningSettings settings_;
    engine::Llama model_;
    const at::Tensor sequences_;
    std::map<std::string, Factors> factors_;
    std::vector<double> losses_;
};

}  // namespace

std::vector<graph::Parameter> tuningParameters() {
    std::vector<graph::Parameter> all = {
        integerParameter("finetune-steps", "Fine-tuning", "Of all factors on the text at \"text\"; 0: none.",
                         0, 0, 1'000'000),
        {.id = "learning-rate",
         .label = "Learning rate",
         .help = "Of AdamW.",
         .type = graph::ParameterType::Real,
         .defaultValue = 3e-5,
         .minimum = 1e-8,
         .maximum = 1,
         .advanced = true},
        integerParameter("batch", "Sequences of a step", "Of fine-tuning.", 8, 1, 4096)};
    all.front().unit = "steps";
    all.back().advanced = true;
    for (graph::Parameter& parameter : engine::drawParameters({.sequences = 512, .length = 128})) {
        parameter.advanced = true;
        all.push_back(std::move(parameter));
    }
    return all;
}

TuningSettings tuningSettings(const Parameters& parameters) {
    return {parameters.integer("finetune-steps"), parameters.real("learning-rate"),
            parameters.integer("batch"), parameters.integer("sequences"), parameters.integer("length")};
}

void tune(Context& context, const TensorSet& set, const std::string& text, const TuningSettings& settings,
          const std::vector<TunedLayer>& layers, SubProgress progress) {
    const LanguageModel model = languageModelOf(set);
    const std::vector<std::int32_t> ids = engine::tokenizerOf(model).encode(text);
    Tuning tuning(context, settings, engine::Llama(model),
                  engine::drawnSequences(context.generator(), ids, settings.sequences, settings.length),
                  layers);
    tuning.run(progress);
    tuning.store(layers);
    context.table("fine-tuning", tuning.table());
}

}  // namespace ratescope::media::weights
