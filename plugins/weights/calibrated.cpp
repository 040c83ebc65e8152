#include "plugins/weights/calibrated.h"

#include "core/buffer/freed_memory.h"
#include "core/engine/device/compute_scope.h"
#include "core/engine/quant/hessian.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "core/media/quality/tensor_error.h"
#include "plugins/weights/sequential.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr std::int64_t weightsOfRun = 65536;  // fewer are sooner done again than kept

int placeBits(std::size_t inputs) {
    return inputs > 65536 ? 32 : 16;
}

}  // namespace

std::vector<double> inputStrengths(const CalibratedTensor& tensor) {
    if (tensor.hessian) return engine::diagonalOf(*tensor.hessian);
    return std::vector<double>(static_cast<std::size_t>(tensor.weights.columns), 1.0);
}

Calibration::Calibration(const TensorSet* hessians, const TensorSet& weights) : hessians_(hessians) {
    if (!hessians_) return;
    const bool any = std::any_of(weights.tensors.begin(), weights.tensors.end(),
                                 [&](const Tensor& tensor) { return find(tensor.name) != nullptr; });
    if (!any)
        throw Error(ErrorKind::Input, "The Hessians are of none of these tensors.",
                    "Calibrate the model that is compressed.");
}

CalibratedTensor Calibration::calibrated(const Tensor& tensor) const {
    CalibratedTensor result{tensor.name, matrixOf(tensor.array), {}};
    const Tensor* const hessian = find(tensor.name);
    if (!hessian) return result;
    result.hessian = engine::hessianOf(*hessians_, tensor.name).values;
    // All together are larger than the model; each is read once.
    hessian->array.forgetMapped();
    if (result.hessian->rows != result.weights.columns)
        throw Error(ErrorKind::Input,
                    "The Hessian of \"" + tensor.name + "\" is of " + std::to_string(result.hessian->rows) +
                        " inputs, the tensor has " + std::to_string(result.weights.columns) + ".",
                    "Calibrate the model that is compressed.");
    return result;
}

const Tensor* Calibration::find(const std::string& name) const {
    if (!hessians_) return nullptr;
    const auto tensor = std::ranges::find(hessians_->tensors, name, &Tensor::name);
    return tensor == hessians_->tensors.end() ? nullptr : &*tensor;
}

engine::Matrix<float> matrixOf(const Array& array) {
    const Array values = toFloat32(array);
    const MatrixShape shape = matrixShape(array.shape());
    engine::Matrix<float> matrix(shape.rows, shape.columns);
    std::ranges::copy(values.as<float>(), matrix.values.begin());
    return matrix;
}

engine::InverseFactor factorOf(Context& context, const CalibratedTensor& tensor,
                               const engine::FactorSettings& settings) {
    engine::InverseFactor factor =
        tensor.hessian ? engine::factorInverse(tensor.name, *tensor.hessian, settings)
                       : engine::factorIndependent(tensor.name, inputStrengths(tensor), settings);
    if (factor.damping > settings.damping)
        context.log("The Hessian of \"" + tensor.name + "\" was damped by " + std::to_string(factor.damping) +
                    " of its mean.");
    return factor;
}

namespace {

template <typename T>
at::Tensor doubles(const engine::Matrix<T>& matrix, at::ScalarType type) {
    return at::from_blob(const_cast<T*>(matrix.values.data()), {matrix.rows, matrix.columns}, type)
        .to(at::kDouble);
}

/// tr(M·H·Mᵀ); not below 0, where rounding would bring it. H: nothing for the identity.
double quadraticForm(const at::Tensor& matrix, const at::Tensor& hessian) {
    const at::Tensor turned = hessian.defined() ? matrix.matmul(hessian) : matrix;
    return std::max(0.0, (turned * matrix).sum().item<double>());
}

/// To nine figures: the last ones of a product depend on the processor's vectors.
double rounded(double value) {
    if (value == 0 || !std::isfinite(value)) return value;
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 8);
    return std::round(value / unit) * unit;
}

LayerRow layerOf(const CalibratedTensor& tensor, const engine::Matrix<float>& restored, std::uint64_t bits) {
    LayerRow row{tensor.name, tensor.weights.values.size(), bits,
                 relativeError(tensor.weights.values, restored.values)};
    if (!tensor.hessian) return row;
    const OutputEnergy energy = outputEnergy(tensor, restored);
    row.outputError = rounded(media::relativeError(energy.lost, energy.all));
    return row;
}

}  // namespace

OutputEnergy outputEnergy(const CalibratedTensor& tensor, const engine::Matrix<float>& restored) {
    const at::Tensor weights = doubles(tensor.weights, at::kFloat),
                     hessian = tensor.hessian ? doubles(*tensor.hessian, at::kDouble) : at::Tensor();
    return {quadraticForm(doubles(restored, at::kFloat) - weights, hessian), quadraticForm(weights, hessian)};
}

FinishedTensor finishedTensor(const SectionWriters& writers, const Quantise& quantise,
                              const CalibratedTensor& tensor, engine::Matrix<float>& restored) {
    restored = quantise(tensor);
    FinishedTensor finished{takeBits(writers), {}};
    std::uint64_t bits = 0;
    for (const LedgeredBytes& section : finished.bits)
        bits += section.ledger.bits();
    finished.layer = layerOf(tensor, restored, bits);
    return finished;
}

namespace {

/// The end of the run of tensors that begins there.
std::size_t endOfRun(const std::vector<const Tensor*>& tensors, std::size_t begin) {
    std::int64_t weights = 0;
    while (begin < tensors.size() && weights < weightsOfRun)
        weights += tensors[begin++]->array.size();
    return begin;
}

/// What these tensors give one after the other, in runs that are checkpoints.
std::vector<FinishedTensor> quantisedRuns(Context& context, const Inputs& inputs,
                                          const std::vector<const Tensor*>& tensors,
                                          const SectionWriters& writers, const Quantise& quantise) {
    const Calibration calibration(inputs.has("hessians") ? &inputs.tensors("hessians") : nullptr,
                                  inputs.tensors("tensors"));
    std::vector<FinishedTensor> finished;
    engine::Matrix<float> restored;
    std::size_t takenUp = 0;
    for (std::size_t begin = 0; begin < tensors.size();) {
        const std::size_t end = endOfRun(tensors, begin);
        const std::string checkpoint = "tensors-" + std::to_string(begin);
        std::vector<FinishedTensor> run = savedTensors(context, checkpoint, end - begin, writers.size());
        takenUp += run.size();
        if (run.empty() && takenUp > 0)
            context.log("Took up " + std::to_string(std::exchange(takenUp, 0)) + " of " +
                        std::to_string(tensors.size()) + " tensors that an earlier run had finished.");
        for (std::size_t i = begin + run.size(); i < end; ++i) {
            context.progress(static_cast<double>(i) / static_cast<double>(tensors.size()));
            run.push_back(finishedTensor(writers, quantise, calibration.calibrated(*tensors[i]), restored));
            if (i + 1 == end && end < tensors.size()) saveTensors(context, checkpoint, run);
        }
        // Tensors are of many sizes, for which the heap would grow with every one.
        giveBackFreed();
        std::ranges::move(run, std::back_inserter(finished));
        begin = end;
    }
    return finished;
}

}  // namespace

void forEachTensor(Context& context, const Inputs& inputs, const Parameters& parameters, BitWriter& kept,
                   const SectionWriters& writers, const Quantise& quantise) {
    const TensorSet& set = inputs.tensors("tensors");
    requireWeights(set);
    if (inputs.has("text") && inputs.has("hessians"))
        throw Error(ErrorKind::Usage, "A codec gets Hessians or a text to calibrate with, not both.",
                    "Take one of the two wires away.");
    const Searched isSearched(set);
    const engine::ComputeScope threads(context.threads());
    std::vector<const Tensor*> searched, left, whole;
    for (const Tensor& tensor : set.tensors) {
        context.check();
        if (!isSearched(tensor)) {
            keptArray(tensor);  // what can't be kept is refused before the long work
            whole.push_back(&tensor);
        } else if (!tensor.array.empty()) {
            searched.push_back(&tensor);
        }
    }
    std::map<std::string, FinishedTensor> blocks;
    if (inputs.has("text")) blocks = quantisedBlocks(context, inputs, parameters, writers, quantise);
    std::ranges::copy_if(searched, std::back_inserter(left),
                         [&](const Tensor* tensor) { return !blocks.contains(tensor->name); });
    const std::vector<FinishedTensor> others = quantisedRuns(context, inputs, left, writers, quantise);
    auto other = others.begin();
    LayerTable layers;
    for (const Tensor* tensor : searched) {
        const auto block = blocks.find(tensor->name);
        const FinishedTensor& finished = block == blocks.end() ? *other++ : block->second;
        appendBits(writers, finished.bits);
        layers.add(finished.layer);
    }
    layers.report(context);
    // Late, since it may be as large as all that was held while blocks were worked on.
    for (const Tensor* tensor : whole) {
        context.check();
        putKept(kept, *tensor);
    }
}

TensorSet decodedSet(Context& context, TensorList list, BitReader& kept, const std::string& nodeId,
                     const std::function<engine::Matrix<float>(MatrixShape)>& next) {
    TensorSet set{std::move(list.entries.schema), {}, std::move(list.entries.metadata)};
    for (std::size_t i = 0; i < list.tensors.size(); ++i) {
        context.progress(static_cast<double>(i) / static_cast<double>(list.tensors.size()));
        const ListedTensor& tensor = list.tensors[i];
        if (!tensor.searched) {
            set.tensors.push_back({tensor.name, getKept(kept, tensor, nodeId)});
            continue;
        }
        const MatrixShape shape = matrixShape(tensor.shape);
        const engine::Matrix<float> weights = shape.rows > 0 ? next(shape) : engine::Matrix<float>();
        Array array(DType::F32, tensor.shape);
        std::ranges::copy(weights.values, array.writable<float>().begin());
        set.tensors.push_back({tensor.name, std::move(array)});
    }
    return set;
}

void putPermutation(BitWriter& writer, const std::vector<std::int64_t>& order) {
    for (const std::int64_t place : order)
        writer.put(static_cast<std::uint64_t>(place), placeBits(order.size()));
}

std::vector<std::int64_t> getPermutation(BitReader& reader, std::int64_t size, const std::string& nodeId) {
    const auto count = static_cast<std::size_t>(size);
    requireLeft(reader, size, placeBits(count), nodeId);
    std::vector<std::int64_t> order;
    std::vector<bool> isTaken(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t place = reader.get(placeBits(count));
        if (place >= count || isTaken[place]) throw damagedStream(nodeId);
        isTaken[place] = true;
        order.push_back(static_cast<std::int64_t>(place));
    }
    return order;
}

Resources calibratedResources() {
    Resources resources;
    resources.memory = std::uint64_t{4} << 30;
    return resources;
}

graph::Parameter integerParameter(const char* id, const char* label, const char* help, std::int64_t value,
                                  double least, double most) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Int,
            .defaultValue = value,
            .minimum = least,
            .maximum = most};
}

std::vector<graph::Parameter> factorParameters() {
    return {
        {.id = "damping",
         .label = "Damping",
         .help =
             "Added to the diagonal of the Hessian, as a share of its mean; ten times more where that is not "
             "enough to factor it.",
         .type = graph::ParameterType::Real,
         .defaultValue = 0.01,
         .minimum = 1e-4,
         .maximum = 1,
         .logScale = true,
         .advanced = true},
        {.id = "act-order",
         .label = "Strongest inputs first",
         .help = "Columns by descending diagonal of the Hessian; the permutation is stored where a reader "
                 "needs it.",
         .type = graph::ParameterType::Bool,
         .defaultValue = true}};
}

graph::Port hessianPort() {
    return {.id = "hessians",
            .label = "Hessians",
            .type = graph::PortType::TensorSet,
            .schema = "hessians",
            .role = graph::PortRole::Encoder,
            .required = false,
            .help =
                "Second moments of the tensors' inputs, by the tensors' names. Tensors without one, "
                "such as embeddings, are taken to have independent inputs of equal strength."};
}

graph::Manifest calibratedManifest(const std::string& nodeId, int version) {
    graph::Manifest manifest;
    manifest.id = nodeId;
    manifest.version = version;
    manifest.family = "weights";
    manifest.kind = graph::NodeKind::Codec;
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Coded,
                        .help = "Weights, and whatever lies beside them."},
                       hessianPort()};
    manifest.outputs = {
        {.id = "tensors", .label = "Tensors", .type = graph::PortType::TensorSet, .help = "As decoded."},
        {.id = "bitstream",
         .label = "Stream",
         .type = graph::PortType::Bitstream,
         .help = "All that is stored of the tensors, in Ratescope's container."}};
    manifest.parameters = factorParameters();
    return manifest;
}

}  // namespace ratescope::media::weights
