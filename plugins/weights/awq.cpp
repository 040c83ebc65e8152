// AWQ: strong inputs get finer steps, by scaling their columns before round to nearest and back after it.
//
// A container. Header: bits, group size (−1: the whole row), flags (1 symmetric), tensors as in tensor_list.h. Sections:
// those of group_codes.h, never permuted; input-scales (of the searched tensors one after the other, a half an input);
// kept.

#include "core/engine/quant/awq.h"

#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/group_codes.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sequential.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::AwqScale;
using engine::AwqSettings;
using engine::Matrix;

constexpr const char* nodeId = "weights.awq";
constexpr int nodeVersion = 2;  // from 2 on scales are tried as they are stored
constexpr std::uint8_t symmetricFlag = 1;

at::Tensor viewOf(const Matrix<float>& matrix) {
    return at::from_blob(const_cast<float*>(matrix.values.data()), {matrix.rows, matrix.columns}, at::kFloat);
}

/// tr(Δ·H·Δᵀ): the error of the layer's own outputs.
double outputError(const Matrix<float>& weights, const Matrix<float>& restored, const at::Tensor& hessian) {
    const at::Tensor error = viewOf(restored).sub(viewOf(weights));
    return at::mm(error, hessian).mul_(error).sum(at::kDouble).item<double>();
}

/// Root mean squares of the inputs: strength as the Hessian knows it.
std::vector<float> rootMeanSquares(const CalibratedTensor& tensor) {
    std::vector<float> values;
    for (const double square : inputStrengths(tensor))
        values.push_back(static_cast<float>(std::sqrt(std::max(0.0, square))));
    return values;
}

/// The product of queries and keys would suffer from clipping either.
bool isQueryOrKey(const std::string& name) {
    return std::ranges::any_of(std::array{"q_proj", "k_proj", ".query", ".key"},
                               [&](const char* part) { return name.find(part) != std::string::npos; });
}

class Encoder {
  public:
    Encoder(Context& context, const AwqSettings& settings)
        : context_(context), settings_(settings), codes_(sectionsOf(settings.groups.grid, false)) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        SectionWriters writers = codes_.writers();
        writers.push_back(&scales_);
        forEachTensor(context_, inputs, parameters, kept_, writers,
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>(settings_.groups.grid.bits));
        container.header().signedVarint(settings_.groups.groupSize);
        container.header().u8(settings_.groups.grid.symmetric ? symmetricFlag : 0);
        writeTensorList(container.header(), inputs.tensors("tensors"));
        codes_.finish(container);
        container.addSection("input-scales", scales_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    Matrix<float> add(const CalibratedTensor& tensor) {
        const engine::AwqLinear linear{tensor.name, tensor.weights};
        const AwqScale scale = tensor.hessian ? searchedScale(linear, tensor) : equalScale(tensor);
        for (const float value : scale.inputScales)
            scales_.put(floatToHalf(value), 16);
        AwqSettings own = settings_;
        own.clip = settings_.clip && !isQueryOrKey(tensor.name);
        const Execution execution = executionIn(context_);
        engine::AwqQuantised result = tensor.hessian
                                          ? engine::awq(linear, scale, *tensor.hessian, own, execution)
                                          : engine::awq(linear, scale, own, execution);
        codes_.add(result.stored, settings_.groups.grid);
        return std::move(result.weights);
    }

    AwqScale searchedScale(const engine::AwqLinear& linear, const CalibratedTensor& tensor) const {
        const at::Tensor hessian = at::from_blob(const_cast<double*>(tensor.hessian->values.data()),
                                                 {tensor.hessian->rows, tensor.hessian->columns}, at::kDouble)
                                       .to(at::kFloat);
        return engine::searchAwqScale({linear}, rootMeanSquares(tensor), settings_.groups,
                                      [&](const std::vector<Matrix<float>>& restored) {
                                          context_.check();
                                          return outputError(tensor.weights, restored[0], hessian);
                                      });
    }

    /// Inputs of equal strength have one scale, whatever α is.
    static AwqScale equalScale(const CalibratedTensor& tensor) {
        AwqScale scale;
        scale.inputScales.assign(static_cast<std::size_t>(tensor.weights.columns), 1.0F);
        return scale;
    }

    Context& context_;
    const AwqSettings settings_;
    GroupCodesWriter codes_;
    BitWriter scales_{"input-scales", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        grid_.bits = header_.u8();
        groupSize_ = header_.signedVarint();
        const std::uint8_t flags = header_.u8();
        grid_.symmetric = flags == symmetricFlag;
        if (grid_.bits < 1 || grid_.bits > 8 || flags > symmetricFlag ||
            (groupSize_ != -1 && groupSize_ < smallestGroup))
            throw damagedStream(nodeId);
    }

    TensorSet decode() {
        GroupCodesReader codes(container_, sectionsOf(grid_, false), nodeId);
        BitReader kept(container_.section("kept")), scales(container_.section("input-scales"));
        TensorSet set =
            decodedSet(context_, readTensorList(header_, nodeId), kept, nodeId, [&](MatrixShape shape) {
                context_.check();
                return unscaled(codes.next(shape, grid_, groupSize_), scales);
            });
        codes.expectEnd();
        scales.expectEnd();
        kept.expectEnd();
        return set;
    }

  private:
    static Matrix<float> unscaled(Matrix<float> weights, BitReader& reader) {
        requireLeft(reader, weights.columns, 16, nodeId);
        std::vector<float> scales;
        for (std::int64_t j = 0; j < weights.columns; ++j) {
            scales.push_back(halfToFloat(static_cast<std::uint16_t>(reader.get(16))));
            if (!(scales.back() > 0) || !std::isfinite(scales.back())) throw damagedStream(nodeId);
        }
        for (std::int64_t i = 0; i < weights.rows; ++i)
            std::ranges::transform(weights.row(i), scales, weights.row(i).begin(), std::divides<>());
        return weights;
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    engine::GridShape grid_;
    std::int64_t groupSize_ = 0;
};

class Awq : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        AwqSettings settings;
        settings.groups.grid = {static_cast<int>(parameters.integer("bits")), parameters.flag("symmetric")};
        settings.groups.groupSize = parameters.integer("group-size");
        settings.clip = parameters.flag("clip");
        checkGroupSize(settings.groups.groupSize, nodeId);
        Encoder(context, settings).encode(inputs, parameters, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* awqManual =
    R"(Weights that read strong inputs lose less if their steps are finer: column j is multiplied by t_j
before round to nearest, and divided by it after, Ŵ = Q(W·diag t)·diag(1/t).

With the strengths a_j = √H_jj of the inputs (root mean squares; published: mean magnitudes), t = max(a^α, 10⁻⁴)/√(max t
· min t), rounded to half precision as it is stored, and α the one of 0, 0.05, … 0.95 whose Ŵ has the least output error
tr(Δ·H·Δᵀ): no more than that of round to nearest, which is α = 0. With `clip` the range of each
group is then shrunk, to no less than 0.55, where that lowers the error of the group's own share of the outputs; not
for queries and keys, whose product suffers (tensors named q_proj, k_proj, query or key).

**Other than published**: each layer has a scale of its own, and its own outputs say which (published: q, k and v have one,
and gate and up, chosen by the outputs of attention and of the feed-forward layer); the scales are **stored**, 16
bits an input, not folded into the norm or the layer before, so that any set of tensors can be compressed; and with a
`text` each layer is calibrated with what the compressed layers before it give, as with every codec here (published: with
the outputs of the uncompressed ones, which is what Hessians of `language.hessians` are of). A tensor without a Hessian
has α = 0: round to nearest, of ranges that `clip` may have shrunk.

**Bits a weight**, all of them counted: those of `weights.rtn`, and 16/m for the input scales. Parts: `codes`, `scales`,
`zero-points`, `levels`, `input-scales` (of searched tensors), `kept`, `header`, `container`, `padding`. Which tensors,
and the table `layers`: as for `weights.gptq`.
)";

graph::Manifest awqManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "AWQ";
    manifest.summary = "Group quantisation with finer steps for the weights of strong inputs";
    manifest.manual = awqManual;
    manifest.papers = {{"J. Lin et al., AWQ: activation-aware weight quantization, 2023",
                        "https://arxiv.org/abs/2306.00978"}};
    manifest.synonyms = {"activation-aware", "quantization", "quantisation", "INT4",
                         "weight-only",      "group-wise"};
    manifest.parameters = gridParameters();
    manifest.parameters.push_back({.id = "clip",
                                   .label = "Clip",
                                   .help = "Shrinks the ranges of groups where that lowers the error.",
                                   .type = graph::ParameterType::Bool,
                                   .defaultValue = true});
    addSequentialCalibration(manifest);
    manifest.extension = "awq";
    manifest.magics = {"52534353010b776569676874732e617771"};  // container, format 1, text "weights.awq"
    return manifest;
}

}  // namespace

NodeEntry awqNode() {
    return {awqManifest(), [] { return std::make_unique<Awq>(); }};
}

}  // namespace ratescope::media::weights
