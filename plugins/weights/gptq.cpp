// GPTQ: group quantisation in which each column's error is compensated in the columns to come.
//
// A container. Header: bits, group size (−1: the whole row), flags (1 symmetric, 2 permuted groups), tensors as in
// tensor_list.h. Sections, of the searched tensors one after the other: codes in the tensor's own order; scales and
// zero points, or levels, by row and group; permutation; kept.

#include "core/engine/quant/gptq.h"

#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/nodes.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::GroupQuantised;
using engine::GroupSettings;

constexpr const char* nodeId = "weights.gptq";
constexpr int nodeVersion = 1;
constexpr std::int64_t smallestGroup = 8;
constexpr std::uint8_t symmetricFlag = 1, permutedFlag = 2;

class Encoder {
  public:
    Encoder(Context& context, const GroupSettings& settings, const engine::FactorSettings& factor)
        : context_(context), settings_(settings), factor_(factor) {}

    void encode(const Inputs& inputs, ByteSink& sink) {
        forEachTensor(context_, inputs, kept_, [this](const CalibratedTensor& tensor) { add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>(settings_.grid.bits));
        container.header().signedVarint(settings_.groupSize);
        container.header().u8(static_cast<std::uint8_t>((settings_.grid.symmetric ? symmetricFlag : 0) |
                                                        (isPermuted() ? permutedFlag : 0)));
        writeTensorList(container.header(), inputs.tensors("tensors"));
        container.addSection("codes", codes_.finish());
        if (settings_.grid.hasLevels())
            container.addSection("levels", levels_.finish());
        else
            container.addSection("scales", scales_.finish());
        if (settings_.grid.hasZeroPoints()) container.addSection("zero-points", zeroPoints_.finish());
        if (isPermuted()) container.addSection("permutation", permutation_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    bool isPermuted() const { return factor_.actOrder && !settings_.staticGroups; }

    void add(const CalibratedTensor& tensor) {
        const engine::InverseFactor factor = engine::factorInverse(tensor.name, tensor.hessian, factor_);
        if (factor.damping > factor_.damping)
            context_.log("The Hessian of \"" + tensor.name + "\" was damped by " +
                         std::to_string(factor.damping) + " of its mean.");
        const GroupQuantised stored =
            engine::gptq(tensor.name, tensor.weights, factor, settings_, executionIn(context_));
        codes_.putPacked(stored.codes.values, settings_.grid.bits);
        for (std::size_t i = 0; i < stored.scales.values.size(); ++i) {
            if (settings_.grid.hasLevels()) {
                levels_.put(stored.scales.values[i], 16);
                levels_.put(stored.zeros.values[i], 16);
                continue;
            }
            scales_.put(stored.scales.values[i], 16);
            if (settings_.grid.hasZeroPoints()) zeroPoints_.put(stored.zeros.values[i], settings_.grid.bits);
        }
        if (isPermuted()) putPermutation(permutation_, factor.order);
    }

    Context& context_;
    const GroupSettings settings_;
    const engine::FactorSettings factor_;
    BitWriter codes_{"codes", true}, scales_{"scales", true}, zeroPoints_{"zero-points", true},
        levels_{"levels", true}, permutation_{"permutation", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        grid_.bits = header_.u8();
        groupSize_ = header_.signedVarint();
        const std::uint8_t flags = header_.u8();
        grid_.symmetric = (flags & symmetricFlag) != 0;
        isPermuted_ = (flags & permutedFlag) != 0;
        if (grid_.bits < 1 || grid_.bits > 8 || flags > (symmetricFlag | permutedFlag) ||
            (groupSize_ != -1 && groupSize_ < smallestGroup))
            throw damagedStream(nodeId);
        codes_ = section("codes");
        scales_ = section(grid_.hasLevels() ? "levels" : "scales");
        if (grid_.hasZeroPoints()) zeroPoints_ = section("zero-points");
        if (isPermuted_) permutation_ = section("permutation");
        kept_ = section("kept");
    }

    TensorSet decode() {
        TensorSet set = decodedSet(context_, readTensorList(header_, nodeId), kept_, nodeId,
                                   [this](MatrixShape shape) { return next(shape); });
        for (BitReader* reader : {&codes_, &scales_, &zeroPoints_, &permutation_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    engine::Matrix<float> next(MatrixShape shape) {
        requireLeft(codes_, shape.rows * shape.columns, grid_.bits, nodeId);
        GroupQuantised stored;
        stored.groupSize = groupSize_ == -1 ? shape.columns : std::min(groupSize_, shape.columns);
        const std::int64_t groups = (shape.columns + stored.groupSize - 1) / stored.groupSize;
        requireLeft(scales_, shape.rows * groups, grid_.hasLevels() ? 32 : 16, nodeId);
        if (grid_.hasZeroPoints()) requireLeft(zeroPoints_, shape.rows * groups, grid_.bits, nodeId);
        stored.codes = engine::Matrix<std::uint16_t>(shape.rows, shape.columns);
        codes_.getPacked(stored.codes.values, grid_.bits);
        stored.scales = stored.zeros = engine::Matrix<std::uint16_t>(shape.rows, groups);
        for (std::size_t i = 0; i < stored.scales.values.size(); ++i) {
            stored.scales.values[i] = static_cast<std::uint16_t>(scales_.get(16));
            stored.zeros.values[i] = nextZero();
        }
        if (isPermuted_) stored.order = getPermutation(permutation_, shape.columns, nodeId);
        context_.check();
        return engine::dequantised(stored, grid_);
    }

    std::uint16_t nextZero() {
        if (grid_.hasLevels()) return static_cast<std::uint16_t>(scales_.get(16));
        if (grid_.hasZeroPoints()) return static_cast<std::uint16_t>(zeroPoints_.get(grid_.bits));
        return static_cast<std::uint16_t>(grid_.symmetricZero());
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    engine::GridShape grid_;
    std::int64_t groupSize_ = 0;
    bool isPermuted_ = false;
    BitReader codes_{{}}, scales_{{}}, zeroPoints_{{}}, permutation_{{}}, kept_{{}};
};

class Gptq : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const GroupSettings settings{
            {static_cast<int>(parameters.integer("bits")), parameters.flag("symmetric")},
            parameters.integer("group-size"),
            parameters.flag("static-groups"),
            false};
        if (settings.groupSize != -1 && settings.groupSize < smallestGroup)
            throw Error(ErrorKind::Usage,
                        "A group of " + std::to_string(settings.groupSize) +
                            " weights is too small for weights.gptq.",
                        "Set group-size to 8 or more, or to −1 for whole rows.");
        Encoder(context, settings, {parameters.real("damping"), parameters.flag("act-order")})
            .encode(inputs, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* gptqManual =
    R"(Columns of a weight matrix are quantised one after the other, and what each loses is made
up for, as far as the correlation of the inputs allows, in the columns to come.

With the **Hessian** H = 2/S·Σ XᵀX of a tensor's inputs (damped by δ of its diagonal's mean) and the upper factor U of
its inverse, H⁻¹ = UᵀU, column j leaves the error e = (w − q)/U_jj, and each later column k becomes w − e·U_jk. Inputs
that are always zero get weights of zero. The grids are those of `weights.rtn`, fitted on the compensated weights when
the first column of a group is due; with `static-groups` on the weights as they were.

`act-order` takes the strongest inputs first. Groups are then neighbours in that order, and the **permutation** is
stored (16 bits an input) unless groups are static. A tensor without a Hessian is treated as if its inputs were
independent and of equal strength: that is round to nearest.

**Which tensors**: as for `weights.rtn`; the others are `kept`.

**Bits a weight**, all of them counted: those of `weights.rtn`, and 16/m for the permutation. Parts: `codes`,
`scales`, `zero-points`, `levels`, `permutation` (of searched tensors), `kept`, `header`, `container`, `padding`.
)";

graph::Manifest gptqManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "GPTQ";
    manifest.summary = "Group quantisation that makes up for each column's error in the next ones";
    manifest.manual = gptqManual;
    manifest.papers = {{"E. Frantar et al., GPTQ: accurate post-training quantization, 2022",
                        "https://arxiv.org/abs/2210.17323"}};
    manifest.synonyms = {"OBQ", "quantization", "quantisation", "INT4", "weight-only", "group-wise"};
    std::vector<graph::Parameter> own = gridParameters();
    own.push_back(
        {.id = "static-groups",
         .label = "Static groups",
         .help = "Grids are fitted before anything is compensated, on neighbours in the tensor's own order.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false});
    manifest.parameters.insert(manifest.parameters.begin(), own.begin(), own.end());
    manifest.extension = "gptq";
    manifest.magics = {"52534353010c776569676874732e67707471"};  // container, format 1, text "weights.gptq"
    return manifest;
}

}  // namespace

NodeEntry gptqNode() {
    return {gptqManifest(), [] { return std::make_unique<Gptq>(); }};
}

}  // namespace ratescope::media::weights
