// A model as EvoPress's search has allocated it: tensors at widths or sparsities of their own, or blocks left out.
//
// A container. Header: kind (0 bits, 1 left out, 2 sparsity); of bits the group size (−1: the whole row) and flags (1 permuted
// groups); tensors as in tensor_list.h. Sections of bits: "allocation", the level of each searched tensor in 3 bits;
// those of group_codes.h; kept. Sections of left out: "allocation", a bit each half of a block; "weights", the searched
// tensors that stay; kept. Sections of sparsity: those of sparse_codes.h; kept. How many zeros a tensor was to have is not
// stored: its mask says it.

#include "core/media/quality/searched.h"
#include "plugins/weights/allocation_table.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/group_codes.h"
#include "plugins/weights/level_database.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sparse_codes.h"
#include "plugins/weights/sparse_database.h"
#include "plugins/weights/sub_blocks.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr const char* nodeId = "weights.evopress";
constexpr int nodeVersion = 1;
constexpr std::uint8_t permutedFlag = 1;
/// Elements left out for a byte that is stored: a search leaves out 19 of 20 blocks at most.
constexpr std::uint64_t mostLeftOut = 1024;

[[noreturn]] void refuseUnit(const std::string& unit, const std::string& what) {
    throw Error(ErrorKind::Input, "The allocation " + what + " \"" + unit + "\".",
                "Search with the model that is compressed.");
}

// --- bits ------------------------------------------------------------------------------------------------

/// Before anything is computed: each searched tensor has its share of the allocation, and each share a tensor.
void requireUnits(const TensorSet& set, const UnitAllocation& allocation) {
    requireWeights(set);
    const Searched isSearched(set);
    std::set<std::string> units;
    for (const Tensor& tensor : set.tensors) {
        if (!isSearched(tensor) || tensor.array.empty()) continue;
        if (!allocation.of.contains(tensor.name)) refuseUnit(tensor.name, "has nothing for");
        units.insert(tensor.name);
    }
    for (const auto& [unit, value] : allocation.of)
        if (!units.contains(unit)) refuseUnit(unit, "has something for what is not compressed,");
}

class BitsEncoder {
  public:
    BitsEncoder(Context& context, const LevelSettings& settings, UnitAllocation allocation)
        : context_(context),
          settings_(settings),
          allocation_(std::move(allocation)),
          codes_(sectionsOf(gridAt(0), settings.factor.actOrder)) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        requireUnits(inputs.tensors("tensors"), allocation_);
        SectionWriters writers = codes_.writers();
        writers.push_back(&levels_);
        forEachTensor(context_, inputs, parameters, kept_, writers,
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>(AllocationKind::Bits));
        container.header().signedVarint(settings_.groupSize);
        container.header().u8(settings_.factor.actOrder ? permutedFlag : 0);
        writeTensorList(container.header(), inputs.tensors("tensors"));
        container.addSection("allocation", levels_.finish());
        codes_.finish(container);
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    engine::Matrix<float> add(const CalibratedTensor& tensor) {
        const int level = static_cast<int>(allocation_.of.at(tensor.name)) - leastBits;
        levels_.put(static_cast<std::uint64_t>(level), levelBits);
        engine::GroupQuantised stored =
            quantisedAt(context_, tensor, factorOf(context_, tensor, settings_.factor), settings_, level);
        codes_.add(stored, gridAt(level));
        return std::move(stored.weights);
    }

    Context& context_;
    const LevelSettings settings_;
    const UnitAllocation allocation_;
    GroupCodesWriter codes_;
    BitWriter levels_{"allocation", true}, kept_{"kept"};
};

TensorSet decodeBits(Context& context, const ContainerReader& container, FieldReader& header) {
    const std::int64_t groupSize = header.signedVarint();
    const std::uint8_t flags = header.u8();
    if (flags > permutedFlag || (groupSize != -1 && groupSize < smallestGroup)) throw damagedStream(nodeId);
    GroupCodesReader codes(container, sectionsOf(gridAt(0), flags == permutedFlag), nodeId);
    BitReader levels(container.section("allocation")), kept(container.section("kept"));
    TensorSet set = decodedSet(context, readTensorList(header, nodeId), kept, nodeId, [&](MatrixShape shape) {
        context.check();
        const auto level = static_cast<int>(levels.get(levelBits));
        if (level >= levelCount) throw damagedStream(nodeId);
        return codes.next(shape, gridAt(level), groupSize);
    });
    codes.expectEnd();
    levels.expectEnd();
    kept.expectEnd();
    return set;
}

// --- sparsity --------------------------------------------------------------------------------------------

void encodeSparse(Context& context, const Inputs& inputs, const Parameters& parameters,
                  const engine::FactorSettings& settings, const UnitAllocation& allocation, ByteSink& sink) {
    requireUnits(inputs.tensors("tensors"), allocation);
    SparseCodesWriter codes;
    BitWriter kept("kept");
    forEachTensor(context, inputs, parameters, kept, codes.writers(), [&](const CalibratedTensor& tensor) {
        engine::Matrix<float> weights =
            prunedTo(context, tensor, factorOf(context, tensor, settings), allocation.of.at(tensor.name));
        codes.add(weights);
        return weights;
    });
    ContainerWriter container(nodeId, nodeVersion);
    container.header().u8(static_cast<std::uint8_t>(AllocationKind::Sparsity));
    writeTensorList(container.header(), inputs.tensors("tensors"));
    codes.finish(container);
    container.addSection("kept", kept.finish());
    container.finish(sink);
}

TensorSet decodeSparse(Context& context, const ContainerReader& container, FieldReader& header) {
    SparseCodesReader codes(container, nodeId);
    BitReader kept(container.section("kept"));
    TensorSet set = decodedSet(context, readTensorList(header, nodeId), kept, nodeId, [&](MatrixShape shape) {
        context.check();
        return codes.next(shape);
    });
    codes.expectEnd();
    kept.expectEnd();
    return set;
}

// --- left out --------------------------------------------------------------------------------------------

/// Of which blocks a set of tensors has halves: as many as the greatest number says.
template <typename Tensors>
std::size_t blocksOf(const Tensors& tensors) {
    std::size_t blocks = 0;
    for (const auto& tensor : tensors)
        if (const auto half = subBlockOf(tensor.name)) blocks = std::max(blocks, half->block + 1);
    return blocks;
}

void encodeLeftOut(Context& context, const TensorSet& set, const UnitAllocation& allocation, ByteSink& sink) {
    requireWeights(set);
    std::map<SubBlock, bool> leftOut;
    for (const Tensor& tensor : set.tensors) {
        const auto half = subBlockOf(tensor.name);
        if (!half || leftOut.contains(*half)) continue;
        const auto found = allocation.of.find(nameOf(*half));
        if (found == allocation.of.end()) refuseUnit(nameOf(*half), "does not say whether to leave out");
        leftOut[*half] = found->second == 1;
    }
    for (const auto& [unit, value] : allocation.of)
        if (const auto half = subBlockOf(unit + "."); !half || !leftOut.contains(*half))
            refuseUnit(unit, "has a unit that the model has not,");
    BitWriter flags("allocation", true), weights("weights", true), kept("kept");
    for (std::size_t block = 0; block < blocksOf(set.tensors); ++block)
        for (const bool isFeedForward : {false, true}) {
            const auto half = leftOut.find({block, isFeedForward});
            flags.put(half != leftOut.end() && half->second ? 1 : 0, 1);
        }
    const Searched isSearched(set);
    for (std::size_t i = 0; i < set.tensors.size(); ++i) {
        context.progress(static_cast<double>(i) / static_cast<double>(set.tensors.size()));
        const Tensor& tensor = set.tensors[i];
        if (const auto half = subBlockOf(tensor.name); half && leftOut.at(*half)) continue;
        putKept(isSearched(tensor) ? weights : kept, tensor);
    }
    ContainerWriter container(nodeId, nodeVersion);
    container.header().u8(static_cast<std::uint8_t>(AllocationKind::LeftOut));
    writeTensorList(container.header(), set);
    container.addSection("allocation", flags.finish());
    container.addSection("weights", weights.finish());
    container.addSection("kept", kept.finish());
    container.finish(sink);
}

/// What is left out comes back as zeros: it then adds nothing to the residual stream.
TensorSet decodeLeftOut(Context& context, const ContainerReader& container, FieldReader& header) {
    TensorList list = readTensorList(header, nodeId);
    BitReader flags(container.section("allocation")), weights(container.section("weights")),
        kept(container.section("kept"));
    std::set<SubBlock> leftOut;
    const std::uint64_t most = mostLeftOut / 8 * (weights.left() + kept.left());
    std::uint64_t elements = 0;
    for (std::size_t block = 0; block < blocksOf(list.tensors); ++block)
        for (const bool isFeedForward : {false, true})
            if (flags.get(1) == 1) leftOut.insert({block, isFeedForward});
    TensorSet set{std::move(list.entries.schema), {}, std::move(list.entries.metadata)};
    for (const ListedTensor& tensor : list.tensors) {
        context.check();
        const auto half = subBlockOf(tensor.name);
        if (!half || !leftOut.contains(*half)) {
            set.tensors.push_back({tensor.name, getKept(tensor.searched ? weights : kept, tensor, nodeId)});
            continue;
        }
        const auto more = static_cast<std::uint64_t>(elementCount(tensor.shape));
        if (more > most - elements) throw damagedStream(nodeId);
        elements += more;
        set.tensors.push_back({tensor.name, Array(tensor.type, tensor.shape)});
    }
    for (BitReader* reader : {&flags, &weights, &kept})
        reader->expectEnd();
    return set;
}

// --- the node --------------------------------------------------------------------------------------------

class EvoPress : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const LevelSettings settings{parameters.integer("group-size"),
                                     {parameters.real("damping"), parameters.flag("act-order")}};
        checkGroupSize(settings.groupSize, nodeId);
        UnitAllocation allocation = allocationFrom(inputs.table("allocation"));
        switch (allocation.kind) {
            case AllocationKind::LeftOut:
                encodeLeftOut(context, inputs.tensors("tensors"), allocation, sink);
                break;
            case AllocationKind::Sparsity:
                encodeSparse(context, inputs, parameters, settings.factor, allocation, sink);
                break;
            case AllocationKind::Bits:
                BitsEncoder(context, settings, std::move(allocation)).encode(inputs, parameters, sink);
        }
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        const ContainerReader container(source, nodeId, nodeVersion);
        FieldReader header = container.header();
        return {{"tensors", std::make_shared<const TensorSet>(decoded(context, container, header))}};
    }

  private:
    static TensorSet decoded(Context& context, const ContainerReader& container, FieldReader& header) {
        switch (header.u8()) {
            case static_cast<std::uint8_t>(AllocationKind::Bits):
                return decodeBits(context, container, header);
            case static_cast<std::uint8_t>(AllocationKind::LeftOut):
                return decodeLeftOut(context, container, header);
            case static_cast<std::uint8_t>(AllocationKind::Sparsity):
                return decodeSparse(context, container, header);
            default:
                throw damagedStream(nodeId);
        }
    }
};

constexpr const char* manual =
    R"(Stores a model as an **allocation** says, which `weights.evopress.search` finds.

An allocation of **bits** gives each searched tensor a width from 2 to 6 bits. The tensor is then stored as `weights.gptq`
stores it at that width, asymmetric, with the Hessian of its inputs: with the same settings and one width for all the two
nodes keep the same codes. `group-size`, `damping` and `act-order` should be those of the search.

An allocation of blocks **left out** says of each half of a block (attention or feed-forward, with the norm before it)
whether it stays. What is left out is not stored; it comes back as zeros and so adds nothing to the residual stream.
What stays is stored in 16 bits.

An allocation of **zeros** gives each searched tensor a number of weights that are pruned. They are chosen by SparseGPT as
`weights.prune` does, with the Hessian of the tensor's inputs; the others are stored in half precision as that node stores
them, as a bitmap or as rows, whichever is smaller. How many zeros there were to be is not stored, the bitmap says it.

**Bits**, all of them counted. Parts: `allocation` (3 bits a tensor, or 2 a block), `codes`, `scales`, `zero-points`,
`permutation`, `formats`, `mask`, `row-pointers`, `columns`, `values`, `weights` (of searched tensors), `kept`, `header`,
`container`, `padding`. Where tensors are compressed, the table `layers` is that of `weights.gptq`.
)";

graph::Manifest evoPressManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "EvoPress";
    manifest.summary =
        "Tensors at widths or sparsities of their own, or blocks left out, as a search has found best";
    manifest.manual = manual;
    manifest.papers = {
        {"O. Sieberling et al., EvoPress: accurate dynamic model compression via evolutionary search, 2025",
         "https://arxiv.org/abs/2410.14649"}};
    manifest.synonyms = {"mixed precision", "bit allocation", "depth pruning", "layer-wise sparsity",
                         "dynamic compression"};
    manifest.inputs.push_back({.id = "allocation",
                               .label = "Allocation",
                               .type = graph::PortType::Table,
                               .schema = allocationSchema,
                               .role = graph::PortRole::Encoder,
                               .help = "How each unit is compressed."});
    manifest.parameters.insert(manifest.parameters.begin(), groupSizeParameter());
    manifest.extension = "evopress";
    // container, format 1, text "weights.evopress"
    manifest.magics = {"525343530110776569676874732e65766f7072657373"};
    return manifest;
}

}  // namespace

NodeEntry evoPressNode() {
    return {evoPressManifest(), [] { return std::make_unique<EvoPress>(); }};
}

}  // namespace ratescope::media::weights
