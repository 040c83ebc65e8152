#include "plugins/weights/fwsvd_layers.h"

#include "core/error.h"
#include "core/graph/named_roots.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::WeightedAxis;

[[noreturn]] void refuseRanks(const std::string& entry, const std::string& what) {
    throw Error(ErrorKind::Usage, "\"" + entry + "\" of ranks " + what + ".",
                "Write NAME=RANK; NAME=RANK with the names of tensors, in which * stands for anything.");
}

}  // namespace

void nameRanks(std::vector<SvdLayer>& layers, const std::string& text) {
    for (const std::string& entry : graph::patternsOf(text)) {
        const std::size_t sign = entry.rfind('=');
        std::int64_t rank = 0;
        const char* end = entry.data() + entry.size();
        if (sign == std::string::npos ||
            std::from_chars(entry.data() + sign + 1, end, rank) != std::from_chars_result{end, std::errc()})
            refuseRanks(entry, "does not say a rank");
        bool any = false;
        for (SvdLayer& layer : layers) {
            if (fnmatch(entry.substr(0, sign).c_str(), layer.tensor->name.c_str(), FNM_NOESCAPE) != 0)
                continue;
            if (rank < 1 || rank > std::min(layer.shape.rows, layer.shape.columns))
                refuseRanks(entry, "is no rank of \"" + layer.tensor->name + "\", whose smaller side is " +
                                       std::to_string(std::min(layer.shape.rows, layer.shape.columns)));
            any = layer.isNamed = true;
            layer.rank = engine::pays(rank, layer.shape.rows, layer.shape.columns) ? rank : 0;
        }
        if (!any) refuseRanks(entry, "names no tensor that is compressed");
    }
}

FisherInformation::FisherInformation(const Inputs& inputs, const TensorSet& set, double floor)
    : floor_(floor) {
    if (!inputs.has("fisher")) return;
    sums_ = engine::fisherSumsFrom(inputs.tensors("fisher"));
    if (std::none_of(set.tensors.begin(), set.tensors.end(),
                     [&](const Tensor& tensor) { return sums_.contains(tensor.name); }))
        throw Error(ErrorKind::Input, "The Fisher information is of none of these tensors.",
                    "Calibrate the model that is compressed.");
}

RowWeights FisherInformation::of(const SvdLayer& layer, WeightedAxis axis) const {
    const bool isInputs = axis == WeightedAxis::Inputs;
    const auto length = static_cast<std::size_t>(isInputs ? layer.shape.columns : layer.shape.rows);
    if (!knows(layer)) return {axis, std::vector<double>(length, 1.0)};
    const std::vector<double>& known = sums(layer, axis);
    if (known.size() != length)
        throw Error(ErrorKind::Input,
                    "The Fisher information of \"" + layer.tensor->name + "\" is of " +
                        std::to_string(known.size()) + (isInputs ? " inputs" : " outputs") +
                        ", the tensor has " + std::to_string(length) + ".",
                    "Calibrate the model that is compressed.");
    return {axis, engine::diagonalOf(layer.tensor->name, known, floor_)};
}

double FisherInformation::unit(const SvdLayer& layer, WeightedAxis axis) const {
    const std::int64_t others = axis == WeightedAxis::Inputs ? layer.shape.rows : layer.shape.columns;
    return *std::ranges::max_element(sums(layer, axis)) / static_cast<double>(others);
}

const std::vector<double>& FisherInformation::sums(const SvdLayer& layer, WeightedAxis axis) const {
    const engine::Fisher& fisher = sums_.at(layer.tensor->name);
    return axis == WeightedAxis::Inputs ? fisher.inputs : fisher.outputs;
}

}  // namespace ratescope::media::weights
