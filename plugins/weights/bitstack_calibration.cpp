#include "plugins/weights/bitstack_calibration.h"

#include "core/engine/llm/input_norms.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/tensor_probe.h"
#include "core/engine/llm/texts.h"
#include "core/media/node/checkpoint.h"
#include "core/media/node/language_model.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::BitstackShape;
using engine::BitstackStack;
using engine::InputNorms;
using Losses = std::vector<std::optional<double>>;

constexpr double scaleFloor = 1e-3;
constexpr std::int64_t sequencesBetweenSaves = 8;
constexpr std::uint64_t scalingStream = 0, scoringStream = 1;  // other sequences for each
constexpr const char* normsName = "norms";
constexpr const char* lossesName = "losses";

FieldWriter fieldsOf(const InputNorms& norms) {
    FieldWriter fields;
    fields.varint(static_cast<std::uint64_t>(norms.sequences));
    fields.varint(norms.sums.size());
    for (const auto& [layer, sum] : norms.sums) {
        fields.text(layer);
        fields.varint(sum.size());
        for (const double value : sum)
            fields.f64(value);
    }
    return fields;
}

InputNorms normsOf(FieldReader& fields) {
    InputNorms norms;
    norms.sequences = static_cast<std::int64_t>(fields.varint());
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        std::vector<double>& sum = norms.sums[fields.text()];
        sum.resize(fields.varintUpTo(fields.left() / 8));
        std::ranges::generate(sum, [&] { return fields.f64(); });
    }
    return norms;
}

FieldWriter fieldsOf(const Losses& losses) {
    FieldWriter fields;
    for (const std::optional<double>& loss : losses) {
        fields.u8(loss ? 1 : 0);
        fields.f64(loss.value_or(0));
    }
    return fields;
}

Losses lossesOf(FieldReader& fields, std::size_t count) {
    Losses losses(count);
    for (std::optional<double>& loss : losses) {
        const bool isKnown = fields.u8() == 1;
        const double value = fields.f64();
        if (isKnown) loss = value;
    }
    return losses;
}

at::Tensor tensorOf(const engine::Matrix<float>& matrix, at::IntArrayRef shape) {
    return at::from_blob(const_cast<float*>(matrix.values.data()), shape, at::kFloat).clone();
}

engine::Matrix<float> matrixOf(const at::Tensor& tensor, const BitstackShape& shape) {
    const at::Tensor whole = tensor.contiguous();
    engine::Matrix<float> matrix(shape.rows, shape.columns);
    std::copy_n(whole.const_data_ptr<float>(), matrix.values.size(), matrix.values.begin());
    return matrix;
}

/// The decoder with one block of each stack, everything else as it is scaled.
engine::Llama leastModel(const TensorSet& set, std::span<const BitstackStack> stacks,
                         const std::vector<std::string>& names, const ScaledTensors& scale,
                         const Execution& execution) {
    TensorSet least{set.schema, {}, set.metadata};
    std::size_t next = 0;
    for (const Tensor& tensor : set.tensors) {
        if (next == names.size() || tensor.name != names[next]) {
            least.tensors.push_back({tensor.name, scale.kept(tensor)});
            continue;
        }
        const BitstackStack& stack = stacks[next++];
        engine::Matrix<float> weights(stack.shape.rows, stack.shape.columns);
        engine::addBlock(weights, stack.shape, stack.blocks.front(), execution);
        Array array(DType::F32, tensor.array.shape());
        std::ranges::copy(weights.values, array.writable<float>().begin());
        least.tensors.push_back({tensor.name, std::move(array)});
    }
    return engine::Llama(languageModelOf(least));
}

}  // namespace

Array ScaledTensors::searched(const Tensor& tensor) const {
    const auto found = scales_.find(tensor.name);
    return found == scales_.end() ? toFloat32(tensor.array)
                                  : engine::scaled(tensor.name, tensor.array, found->second);
}

Array ScaledTensors::kept(const Tensor& tensor) const {
    const auto found = scales_.find(tensor.name);
    if (found == scales_.end()) return tensor.array;
    const DType type = tensor.array.type();
    const Array scaled = engine::scaled(tensor.name, tensor.array, found->second);
    const Array stored = fromFloat32(scaled, type == DType::BF16 ? type : DType::F16);
    engine::requireFiniteScaled(tensor.name, toFloat32(stored).as<float>());
    return fromFloat32(scaled, type);
}

BitstackCalibration::BitstackCalibration(Context& context, const Inputs& inputs, std::int64_t length)
    : context_(context),
      set_(inputs.tensors("tensors")),
      model_(inputs.languageModel("tensors")),
      length_(length),
      ids_(engine::tokenizerOf(model_).encode(
          engine::joinedTexts(inputs.all("text"), "weights.bitstack calibrates with"))) {}

ScaledTensors BitstackCalibration::scales(std::int64_t sequences) const {
    const at::Tensor drawn =
        engine::drawnSequences(context_.generator(scalingStream), ids_, sequences, length_);
    InputNorms norms = takeUp(context_, normsName, normsOf).value_or(InputNorms());
    const engine::Llama model(model_);
    while (norms.sequences < sequences) {
        engine::addSequence(norms, model, drawn.narrow(0, norms.sequences, 1), [this] { context_.check(); });
        if (norms.sequences % sequencesBetweenSaves == 0) saveFields(context_, normsName, fieldsOf(norms));
    }
    return ScaledTensors(engine::foldedScales(model_.config, norms.means(scaleFloor)));
}

engine::Matrix<double> BitstackCalibration::scores(std::span<const BitstackStack> stacks,
                                                   const std::vector<std::string>& names,
                                                   const ScaledTensors& scale, std::int64_t sequences,
                                                   SubProgress progress) const {
    const at::Tensor drawn =
        engine::drawnSequences(context_.generator(scoringStream), ids_, sequences, length_);
    const Execution execution = executionIn(context_);
    const std::size_t levels = stacks.empty() ? 0 : stacks.front().blocks.size() - 1;
    const std::size_t count = levels * stacks.size();
    Losses all = takeUp(context_, lossesName, [&](FieldReader& fields) {
                     return lossesOf(fields, count);
                 }).value_or(Losses(count));
    engine::Llama model = leastModel(set_, stacks, names, scale, execution);
    for (std::size_t level = 0; level < levels; ++level) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(level * stacks.size());
        Losses losses(begin, begin + static_cast<std::ptrdiff_t>(stacks.size()));
        const auto higher = [&](std::size_t i) {
            const at::Tensor before = model.tensor(names[i]);
            engine::Matrix<float> weights = matrixOf(before, stacks[i].shape);
            engine::addBlock(weights, stacks[i].shape, stacks[i].blocks[level + 1], execution);
            return tensorOf(weights, before.sizes());
        };
        const auto done = [&] {
            std::ranges::copy(losses, begin);
            saveFields(context_, lossesName, fieldsOf(all));
            const auto known = std::ranges::count_if(
                all, [](const std::optional<double>& loss) { return loss.has_value(); });
            progress(static_cast<double>(known) / static_cast<double>(all.size()));
        };
        engine::probeTensors(model, drawn, names, losses, {higher, [this] { context_.check(); }, done});
        for (std::size_t i = 0; i < stacks.size(); ++i)
            model.setTensor(names[i], higher(i));
    }
    engine::Matrix<double> scores(static_cast<std::int64_t>(levels),
                                  static_cast<std::int64_t>(stacks.size()));
    std::ranges::transform(all, scores.values.begin(),
                           [](const std::optional<double>& loss) { return *loss; });
    return scores;
}

}  // namespace ratescope::media::weights
