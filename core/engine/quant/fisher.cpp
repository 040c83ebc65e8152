#include "core/engine/quant/fisher.h"

#include "core/engine/quant/unfit_calibration.h"
#include "core/error.h"
#include "core/media/coding/fields.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ratescope::engine {
namespace {

const std::string inputsKey = "inputs:", outputsKey = "outputs:", examplesKey = "examples:";

[[noreturn]] void refuseGradient(const std::string& name, const std::string& what) {
    throw Error(ErrorKind::Input, "The gradient by \"" + name + "\" " + what + ".",
                "Calibrate with a model and a text that work.");
}

void add(std::vector<double>& sums, const at::Tensor& more) {
    const at::Tensor values = more.cpu().contiguous();
    const double* value = values.const_data_ptr<double>();
    for (double& sum : sums)
        sum += *value++;
}

bool isUsable(double sum) {
    return sum >= 0 && std::isfinite(sum);
}

Array arrayOf(const std::vector<double>& values) {
    Array array(DType::F64, {static_cast<std::int64_t>(values.size())});
    std::ranges::copy(values, array.writable<double>().begin());
    return array;
}

std::vector<double> sumsIn(const media::Tensor& tensor) {
    const Array& array = tensor.array;
    if (array.type() != DType::F64 || array.shape().size() != 1 || array.empty())
        throw unfitCalibration("The Fisher information \"" + tensor.name +
                               "\" is no vector of 64-bit floating point.");
    const auto values = array.as<double>();
    if (!std::ranges::all_of(values, isUsable))
        throw unfitCalibration("The Fisher information \"" + tensor.name +
                               "\" holds NaN, infinite or negative values.");
    return {values.begin(), values.end()};
}

std::int64_t examplesOf(const media::TensorSet& set, const std::string& name) {
    const auto entry = set.metadata.find(examplesKey + name);
    std::int64_t count = 0;
    if (entry != set.metadata.end()) {
        const std::string& text = entry->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || end != text.data() + text.size()) count = 0;
    }
    if (count < 1)
        throw unfitCalibration("The Fisher information of \"" + name +
                               "\" does not say of how many examples it is.");
    return count;
}

void put(media::FieldWriter& writer, const std::vector<double>& values) {
    writer.varint(values.size());
    for (const double value : values)
        writer.f64(value);
}

std::vector<double> get(media::FieldReader& reader) {
    std::vector<double> values(reader.varintUpTo(reader.left() / sizeof(double)));
    for (double& value : values)
        value = reader.f64();
    return values;
}

}  // namespace

void accumulate(Fisher& sum, const std::string& name, const at::Tensor& gradient) {
    if (gradient.dim() != 2 || gradient.numel() == 0 || !at::isFloatingType(gradient.scalar_type()))
        refuseGradient(name, "is not a matrix of floating-point numbers");
    const auto outputs = static_cast<std::size_t>(gradient.size(0));
    const auto inputs = static_cast<std::size_t>(gradient.size(1));
    if (sum.examples == 0) sum = {std::vector<double>(inputs), std::vector<double>(outputs), 0};
    if (sum.inputs.size() != inputs || sum.outputs.size() != outputs)
        refuseGradient(name, "has another shape than before");
    const at::Tensor squares = gradient.detach().to(at::kDouble).square();
    const at::Tensor byInput = squares.sum(0);
    if (!at::isfinite(byInput).all().item<bool>()) refuseGradient(name, "holds NaN or infinite values");
    add(sum.inputs, byInput);
    add(sum.outputs, squares.sum(1));
    ++sum.examples;
}

Fisher merged(const std::string& name, const Fisher& a, const Fisher& b) {
    if (a.examples == 0) return b;
    if (b.examples == 0) return a;
    if (a.inputs.size() != b.inputs.size() || a.outputs.size() != b.outputs.size())
        throw unfitCalibration("Two parts of the Fisher information of \"" + name +
                               "\" have different shapes.");
    Fisher sum = a;
    std::ranges::transform(a.inputs, b.inputs, sum.inputs.begin(), std::plus());
    std::ranges::transform(a.outputs, b.outputs, sum.outputs.begin(), std::plus());
    sum.examples += b.examples;
    return sum;
}

media::TensorSet toTensorSet(const FisherSums& sums) {
    media::TensorSet set;
    set.schema = fisherSchema;
    for (const auto& [name, fisher] : sums) {
        set.tensors.push_back({inputsKey + name, arrayOf(fisher.inputs)});
        set.tensors.push_back({outputsKey + name, arrayOf(fisher.outputs)});
        set.metadata[examplesKey + name] = std::to_string(fisher.examples);
    }
    return set;
}

FisherSums fisherSumsFrom(const media::TensorSet& set) {
    if (set.schema != fisherSchema)
        throw unfitCalibration("The calibration data holds no Fisher information.");
    FisherSums sums;
    for (const media::Tensor& tensor : set.tensors) {
        const bool isInputs = tensor.name.starts_with(inputsKey);
        if (!isInputs && !tensor.name.starts_with(outputsKey))
            throw unfitCalibration("The calibration data holds \"" + tensor.name +
                                   "\", which is no Fisher information.");
        Fisher& fisher = sums[tensor.name.substr((isInputs ? inputsKey : outputsKey).size())];
        std::vector<double>& side = isInputs ? fisher.inputs : fisher.outputs;
        if (!side.empty())
            throw unfitCalibration("The calibration data holds \"" + tensor.name + "\" twice.");
        side = sumsIn(tensor);
    }
    for (auto& [name, fisher] : sums) {
        if (fisher.inputs.empty() || fisher.outputs.empty())
            throw unfitCalibration("The Fisher information of \"" + name + "\" is of one side only.");
        fisher.examples = examplesOf(set, name);
    }
    return sums;
}

std::vector<std::byte> toBytes(const FisherSums& sums) {
    media::FieldWriter writer;
    writer.varint(sums.size());
    for (const auto& [name, fisher] : sums) {
        writer.text(name);
        writer.signedVarint(fisher.examples);
        put(writer, fisher.inputs);
        put(writer, fisher.outputs);
    }
    return writer.bytes();
}

FisherSums fisherSumsFrom(std::span<const std::byte> bytes) {
    media::FieldReader reader(bytes);
    FisherSums sums;
    for (std::uint64_t left = reader.varintUpTo(reader.left()); left > 0; --left) {
        Fisher& fisher = sums[reader.text()];
        fisher.examples = reader.signedVarint();
        fisher.inputs = get(reader);
        fisher.outputs = get(reader);
    }
    if (reader.left() != 0) throw unfitCalibration("The state of the calibration is damaged.");
    return sums;
}

}  // namespace ratescope::engine
