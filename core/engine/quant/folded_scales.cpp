#include "core/engine/quant/folded_scales.h"

#include "core/engine/quant/grid.h"
#include "core/error.h"
#include "core/media/node/block_names.h"
#include "core/media/quality/half.h"
#include "core/utf8.h"

#include <algorithm>
#include <cmath>

namespace ratescope::engine {
namespace {

const std::vector<float>& scaleOf(const InputScales& scales, const std::string& layer, std::int64_t inputs) {
    const auto found = scales.find(layer);
    const bool isGood =
        found != scales.end() && static_cast<std::int64_t>(found->second.size()) == inputs &&
        std::ranges::all_of(found->second, [](float scale) { return scale > 0 && std::isfinite(scale); });
    if (!isGood)
        throw Error(ErrorKind::Input, "There is no usable scale for the inputs of " + quote(layer) + ".",
                    "Calibrate the model that is compressed, with a text that it can read.");
    return found->second;
}

}  // namespace

std::map<std::string, FoldedScale> foldedScales(const media::ModelConfig& config, const InputScales& scales) {
    if (config.architecture != media::ModelArchitecture::Llama)
        throw Error(ErrorKind::Input, "Scales fold into decoders of the Llama architecture only.",
                    "Do not scale, or compress a decoder.");
    std::map<std::string, FoldedScale> folded;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string block = media::blockPrefix(layer);
        const auto scale = [&](const std::string& reader, std::int64_t inputs) {
            const std::vector<float>& values = scaleOf(scales, block + reader, inputs);
            folded[block + reader + ".weight"].inputs = values;
            return values;
        };
        folded[block + "input_layernorm.weight"].outputs = scale("self_attn.q_proj", config.hidden);
        for (const char* reader : {"self_attn.k_proj", "self_attn.v_proj"})
            folded[block + reader + ".weight"].inputs = folded[block + "self_attn.q_proj.weight"].inputs;
        folded[block + "post_attention_layernorm.weight"].outputs = scale("mlp.gate_proj", config.hidden);
        folded[block + "mlp.up_proj.weight"].inputs = folded[block + "mlp.gate_proj.weight"].inputs;
        folded[block + "mlp.up_proj.weight"].outputs = scale("mlp.down_proj", config.intermediate);
        if (config.keyValueHeads != config.heads || config.heads * config.headSize != config.hidden) continue;
        const std::vector<float> mixed = scale("self_attn.o_proj", config.hidden);
        folded[block + "self_attn.v_proj.weight"].outputs = mixed;
        folded[block + "self_attn.v_proj.bias"].outputs = mixed;
    }
    return folded;
}

Array scaled(const std::string& name, const Array& tensor, const FoldedScale& scale) {
    const Array from = media::toFloat32(tensor);
    const std::size_t rows = from.shape().empty() ? 1 : static_cast<std::size_t>(from.shape()[0]);
    const std::size_t columns = rows > 0 ? static_cast<std::size_t>(from.size()) / rows : 0;
    if ((!scale.inputs.empty() && scale.inputs.size() != columns) ||
        (!scale.outputs.empty() && scale.outputs.size() != rows))
        throw Error(ErrorKind::Internal, "The scale of " + quote(name) + " has another size than it has.",
                    "");
    Array to(DType::F32, from.shape());
    const auto source = from.as<float>();
    requireFinite(name, source);
    const auto target = to.writable<float>();
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            const float weight = source[i * columns + j] * (scale.inputs.empty() ? 1 : scale.inputs[j]);
            target[i * columns + j] = scale.outputs.empty() ? weight : weight / scale.outputs[i];
        }
    requireFiniteScaled(name, target);
    return to;
}

void requireFiniteScaled(const std::string& name, std::span<const float> values) {
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        throw Error(ErrorKind::Input,
                    "Tensor " + quote(name) + " holds values too large to be stored once inputs are scaled.",
                    "Set scale to false, or leave the tensor out.");
}

}  // namespace ratescope::engine
