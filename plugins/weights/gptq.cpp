// GPTQ: group quantisation in which each column's error is compensated in the columns to come.
//
// A container. Header: bits, group size (−1: the whole row), flags (1 symmetric, 2 permuted groups), tensors as in
// tensor_list.h. Sections: those of group_codes.h; kept.

#include "core/engine/quant/gptq.h"

#include "core/media/quality/execution.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/group_codes.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sequential.h"

#include <limits>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::GroupQuantised;
using engine::GroupSettings;

constexpr const char* nodeId = "weights.gptq";
constexpr int nodeVersion = 1;
constexpr std::uint8_t symmetricFlag = 1, permutedFlag = 2;

class Encoder {
  public:
    Encoder(Context& context, const GroupSettings& settings, const engine::FactorSettings& factor)
        : context_(context),
          settings_(settings),
          factor_(factor),
          codes_(sectionsOf(settings.grid, isPermuted())) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        forEachTensor(context_, inputs, parameters, kept_, codes_.writers(),
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>(settings_.grid.bits));
        container.header().signedVarint(settings_.groupSize);
        container.header().u8(static_cast<std::uint8_t>((settings_.grid.symmetric ? symmetricFlag : 0) |
                                                        (isPermuted() ? permutedFlag : 0)));
        writeTensorList(container.header(), inputs.tensors("tensors"));
        codes_.finish(container);
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    bool isPermuted() const { return factor_.actOrder && !settings_.staticGroups; }

    engine::Matrix<float> add(const CalibratedTensor& tensor) {
        const engine::InverseFactor factor = factorOf(context_, tensor, factor_);
        GroupQuantised stored =
            engine::gptq(tensor.name, tensor.weights, factor, settings_, executionIn(context_));
        // The places are stored also where they happen to be 0, 1, 2, …
        if (isPermuted()) stored.order = factor.order;
        codes_.add(stored, settings_.grid);
        return std::move(stored.weights);
    }

    Context& context_;
    const GroupSettings settings_;
    const engine::FactorSettings factor_;
    GroupCodesWriter codes_;
    BitWriter kept_{"kept"};
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
    }

    TensorSet decode() {
        GroupCodesReader codes(container_, sectionsOf(grid_, isPermuted_), nodeId);
        BitReader kept(container_.section("kept"));
        TensorSet set =
            decodedSet(context_, readTensorList(header_, nodeId), kept, nodeId, [&](MatrixShape shape) {
                context_.check();
                return codes.next(shape, grid_, groupSize_);
            });
        codes.expectEnd();
        kept.expectEnd();
        return set;
    }

  private:
    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    engine::GridShape grid_;
    std::int64_t groupSize_ = 0;
    bool isPermuted_ = false;
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
            parameters.flag("search-ranges"),
            parameters.flag("group-aware") && !parameters.flag("act-order")};
        checkGroupSize(settings.groupSize, nodeId);
        // A group of a whole row is one of all columns.
        const std::int64_t together =
            settings.groupSize > 0 ? settings.groupSize : std::numeric_limits<std::int64_t>::max();
        Encoder(
            context, settings,
            {parameters.real("damping"), parameters.flag("act-order"), settings.keepsGroups ? together : 0})
            .encode(inputs, parameters, sink);
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
the first column of a group is due; with `static-groups` on the weights as they were. With `search-ranges` a grid's range
is the one of those shrunk by 0 … 79 % that has the least Σ|ŵ − w|^2.4.

`act-order` takes the strongest inputs first. Groups are then neighbours in that order, and the **permutation** is
stored (16 bits an input) unless groups are static. Without it, `group-aware` takes the strongest inputs of each group
first, and the groups by their strongest input: most of the gain, and no permutation to store. A tensor without a Hessian is treated as if its inputs were
independent and of equal strength: that is round to nearest.

**Calibration** comes as Hessians, of which `language.hessians` makes those of the uncompressed model, or as a `text`. Then
`sequences` sequences of `length` tokens go through the model block by block while it is compressed, and each layer is
calibrated with what the compressed layers before it give, in the order of the computation (published as true
sequential). That needs the memory of one block's Hessians only, but each encoding reads the text anew. Text that
calibrates must not be the text that is measured.

**Which tensors**: as for `weights.rtn`; the others are `kept`.

**Bits a weight**, all of them counted: those of `weights.rtn`, and 16/m for the permutation. Parts: `codes`,
`scales`, `zero-points`, `levels`, `permutation` (of searched tensors), `kept`, `header`, `container`, `padding`.

The table `layers` has of each searched tensor its bits, its relative error ‖Ŵ − W‖/‖W‖ and, where it has a Hessian, that of
what it puts out, √(tr(ΔHΔᵀ)/tr(WHWᵀ)): what to read first when a model breaks.
)";

graph::Manifest gptqManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "GPTQ";
    manifest.summary = "Group quantisation that makes up for each column's error in the next ones";
    manifest.manual = gptqManual;
    manifest.papers = {{"E. Frantar et al., GPTQ: accurate post-training quantization, 2022",
                        "https://arxiv.org/abs/2210.17323"},
                       {"T. Gafni et al., Dual precision quantization (group-aware reordering), 2025",
                        "https://arxiv.org/abs/2505.14638"}};
    manifest.synonyms = {"OBQ", "quantization", "quantisation", "INT4", "weight-only", "group-wise"};
    std::vector<graph::Parameter> own = gridParameters();
    own.push_back(
        {.id = "static-groups",
         .label = "Static groups",
         .help = "Grids are fitted before anything is compensated, on neighbours in the tensor's own order.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false});
    own.push_back(
        {.id = "group-aware",
         .label = "Strongest inputs first within groups",
         .help =
             "Groups and the columns in them by descending diagonal of the Hessian; nothing more is stored.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false,
         .visibleIf = graph::VisibleIf{"act-order", {false}}});
    own.push_back({.id = "search-ranges",
                   .label = "Search ranges",
                   .help = "Ranges of grids are shrunk where that brings the weights nearer.",
                   .type = graph::ParameterType::Bool,
                   .defaultValue = false});
    manifest.parameters.insert(manifest.parameters.begin(), own.begin(), own.end());
    addSequentialCalibration(manifest);
    manifest.extension = "gptq";
    manifest.magics = {"52534353010c776569676874732e67707471"};  // container, format 1, text "weights.gptq"
    return manifest;
}

}  // namespace

NodeEntry gptqNode() {
    return {gptqManifest(), [] { return std::make_unique<Gptq>(); }};
}

}  // namespace ratescope::media::weights
