// Round to nearest: uniform group quantisation of weights without calibration, the baseline of every
// weight-compression curve.

#include "core/engine/quant/grid.h"
#include "core/error.h"
#include "core/media/coding/container.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/grid_parameters.h"
#include "plugins/weights/layer_table.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/tensor_list.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr const char* nodeId = "weights.rtn";
constexpr int nodeVersion = 1;
constexpr std::int64_t smallestGroup = 8;

struct Settings {
    engine::GridShape grid;
    std::int64_t groupSize = 128;  ///< inputs that share a scale; −1: the whole row
};

/// Columns of a group.
std::size_t groupSizeOf(const Settings& settings, const MatrixShape& matrix) {
    const bool wholeRow = settings.groupSize < 0 || settings.groupSize > matrix.columns;
    return static_cast<std::size_t>(wholeRow ? matrix.columns : settings.groupSize);
}

void restore(std::span<const std::uint8_t> codes, const engine::Levels& levels, float* weights) {
    const float low = halfToFloat(levels.low), high = halfToFloat(levels.high);
    std::transform(codes.begin(), codes.end(), weights,
                   [=](std::uint8_t code) { return code != 0 ? high : low; });
}

void restore(std::span<const std::uint8_t> codes, const engine::Grid& grid, float* weights) {
    const float scale = halfToFloat(grid.scale);
    std::transform(codes.begin(), codes.end(), weights,
                   [&](std::uint8_t code) { return scale * static_cast<float>(code - grid.zero); });
}

class Encoder {
  public:
    Encoder(Context& context, const Settings& settings) : context_(context), settings_(settings) {}

    void encode(const TensorSet& set, ByteSink& sink) {
        const Searched isSearched(set);
        ContainerWriter container(nodeId, nodeVersion);
        writeHeader(set, container.header());
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(set.tensors.size()));
            const Tensor& tensor = set.tensors[i];
            if (isSearched(tensor))
                addCodes(tensor);
            else
                putKept(kept_, tensor);
        }
        container.addSection("codes", codes_.finish());
        if (settings_.grid.hasLevels())
            container.addSection("levels", levels_.finish());
        else
            container.addSection("scales", scales_.finish());
        if (settings_.grid.hasZeroPoints()) container.addSection("zero-points", zeroPoints_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
        layers_.report(context_);
    }

  private:
    void writeHeader(const TensorSet& set, FieldWriter& header) const {
        header.u8(static_cast<std::uint8_t>(settings_.grid.bits));
        header.signedVarint(settings_.groupSize);
        header.u8(settings_.grid.symmetric ? 1 : 0);
        writeTensorList(header, set);
    }

    void addCodes(const Tensor& tensor) {
        const Array array = toFloat32(tensor.array);
        const auto weights = array.as<float>();
        engine::requireFinite(tensor.name, weights);
        const MatrixShape matrix = matrixShape(array.shape());
        const auto columns = static_cast<std::size_t>(matrix.columns);
        const std::uint64_t before = bits();
        std::vector<std::uint8_t> codes(columns);
        std::vector<float> restored(weights.size());
        for (std::size_t begin = 0; begin < weights.size(); begin += columns) {
            context_.check();
            addRow(tensor.name, weights.subspan(begin, columns), groupSizeOf(settings_, matrix), codes,
                   restored.data() + begin);
            codes_.putPacked(codes, settings_.grid.bits);
        }
        if (weights.empty()) return;
        layers_.add({tensor.name, weights.size(), bits() - before, relativeError(weights, restored)});
    }

    void addRow(const std::string& name, std::span<const float> row, std::size_t groupSize,
                std::vector<std::uint8_t>& codes, float* restored) {
        for (std::size_t begin = 0; begin < row.size(); begin += groupSize) {
            const auto group = row.subspan(begin, std::min(groupSize, row.size() - begin));
            std::uint8_t* target = codes.data() + begin;
            if (settings_.grid.hasLevels()) {
                const engine::Levels levels = engine::fitLevels(name, group);
                levels_.put(levels.low, 16);
                levels_.put(levels.high, 16);
                engine::chooseLevels(group, levels, target);
                restore({target, group.size()}, levels, restored + begin);
                continue;
            }
            const engine::Grid grid = engine::fitGrid(name, group, settings_.grid);
            scales_.put(grid.scale, 16);
            if (settings_.grid.hasZeroPoints())
                zeroPoints_.put(static_cast<std::uint64_t>(grid.zero), settings_.grid.bits);
            engine::quantise(group, grid, settings_.grid.largestCode(), target);
            restore({target, group.size()}, grid, restored + begin);
        }
    }

    /// Of searched tensors.
    std::uint64_t bits() const {
        return codes_.bits() + scales_.bits() + zeroPoints_.bits() + levels_.bits();
    }

    Context& context_;
    Settings settings_;
    BitWriter codes_{"codes", true}, scales_{"scales", true}, zeroPoints_{"zero-points", true},
        levels_{"levels", true}, kept_{"kept"};
    LayerTable layers_;
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        settings_.grid.bits = header_.u8();
        settings_.groupSize = header_.signedVarint();
        const std::uint8_t symmetric = header_.u8();
        settings_.grid.symmetric = symmetric == 1;
        if (settings_.grid.bits < 1 || settings_.grid.bits > 8 || symmetric > 1 ||
            (settings_.groupSize != -1 && settings_.groupSize < smallestGroup))
            throw damagedStream(nodeId);
        codes_ = section("codes");
        if (settings_.grid.hasLevels())
            levels_ = section("levels");
        else
            scales_ = section("scales");
        if (settings_.grid.hasZeroPoints()) zeroPoints_ = section("zero-points");
        kept_ = section("kept");
    }

    TensorSet decode() {
        TensorList list = readTensorList(header_, nodeId);
        TensorSet set{std::move(list.entries.schema), {}, std::move(list.entries.metadata)};
        for (std::size_t i = 0; i < list.tensors.size(); ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(list.tensors.size()));
            const ListedTensor& tensor = list.tensors[i];
            set.tensors.push_back(
                {tensor.name, tensor.searched ? nextWeights(tensor.shape) : getKept(kept_, tensor, nodeId)});
        }
        for (BitReader* reader : {&codes_, &scales_, &zeroPoints_, &levels_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    Array nextWeights(const Shape& shape) {
        const std::int64_t elements = elementCount(shape);
        if (static_cast<std::uint64_t>(elements) > codes_.left() / static_cast<unsigned>(settings_.grid.bits))
            throw damagedStream(nodeId);
        Array array(DType::F32, shape);
        const auto weights = array.writable<float>();
        const MatrixShape matrix = matrixShape(shape);
        const auto columns = static_cast<std::size_t>(matrix.columns);
        const std::size_t groupSize = groupSizeOf(settings_, matrix);
        std::vector<std::uint8_t> codes(columns);
        for (std::size_t row = 0; row < weights.size(); row += columns) {
            context_.check();
            codes_.getPacked(codes, settings_.grid.bits);
            for (std::size_t begin = 0; begin < columns; begin += groupSize) {
                const std::size_t count = std::min(groupSize, columns - begin);
                restoreNext({codes.data() + begin, count}, weights.data() + row + begin);
            }
        }
        return array;
    }

    void restoreNext(std::span<const std::uint8_t> codes, float* weights) {
        if (settings_.grid.hasLevels()) {
            const std::uint16_t low = nextHalf(levels_), high = nextHalf(levels_);
            return restore(codes, engine::Levels{low, high}, weights);
        }
        const std::uint16_t scale = nextHalf(scales_);
        const int zero = settings_.grid.symmetric ? settings_.grid.symmetricZero()
                                                  : static_cast<int>(zeroPoints_.get(settings_.grid.bits));
        restore(codes, engine::Grid{scale, zero}, weights);
    }

    static std::uint16_t nextHalf(BitReader& reader) { return static_cast<std::uint16_t>(reader.get(16)); }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    Settings settings_;
    BitReader codes_{{}}, scales_{{}}, zeroPoints_{{}}, levels_{{}}, kept_{{}};
};

class Rtn : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const TensorSet& set = inputs.tensors("tensors");
        const Settings settings{{static_cast<int>(parameters.integer("bits")), parameters.flag("symmetric")},
                                parameters.integer("group-size")};
        if (settings.groupSize != -1 && settings.groupSize < smallestGroup)
            throw Error(
                ErrorKind::Usage,
                "A group of " + std::to_string(settings.groupSize) + " weights is too small for weights.rtn.",
                "Set group-size to 8 or more, or to −1 for whole rows.");
        requireWeights(set);
        Encoder(context, settings).encode(set, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* rtnManual =
    R"(Every weight goes to the nearest point of a uniform grid that its group shares; no
calibration. The plain method against which weight compression is measured.

A tensor is a matrix with one **row** an output, its first dimension; the other dimensions, taps of a kernel
included, are its columns. A **group** is `group-size` neighbours of a row; the last of a row may be smaller, and
−1 makes a row one group. Per group of weights w, with b bits:

- asymmetric: s = (max − min)/(2^b − 1) with min ≤ 0 ≤ max, z = round(−min/s), code = round(w/s) + z in
  0 … 2^b − 1, ŵ = s·(code − z);
- symmetric: s = 2·max|w|/(2^b − 1), z = 2^(b−1), not stored;
- one bit: the levels μ ± mean|w − μ|.

Scales and levels are half precision, and are rounded (scales to no less than 2^−24) *before* codes are chosen, so
that both ends agree. Halves round to even. A group of equal weights has |c| as its step: zeros come back exactly,
constants as half precision holds them.

**Which tensors**: floating-point ones of two or more dimensions. The others are `kept`: as FP16 (BF16 if they are),
integers as they are. Quantised tensors decode as F32, kept ones with the type they had (F64 as F32). NaN and
infinities are refused, naming the tensor.

**Bits a weight**, all of them counted: b + (16 + b)/g asymmetric, b + 16/g symmetric, 1 + 32/g at one bit. Parts:
`codes`, `scales`, `zero-points`, `levels` (of searched tensors), `kept`, `header` (names, shapes, metadata),
`container`, `padding` (less than a byte a section).

The table `layers` has weights, bits and relative error of each searched tensor.
)";

graph::Manifest rtnManifest() {
    graph::Manifest manifest;
    manifest.id = nodeId;
    manifest.version = nodeVersion;
    manifest.title = "Round to nearest";
    manifest.family = "weights";
    manifest.summary = "Uniform group quantisation of weights without calibration";
    manifest.manual = rtnManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"E. Frantar et al., GPTQ: accurate post-training quantization (its RTN baseline), 2022",
         "https://arxiv.org/abs/2210.17323"}};
    manifest.synonyms = {"RTN", "quantization", "quantisation", "INT4", "INT8", "weight-only", "group-wise"};
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Coded,
                        .help = "Weights, and whatever lies beside them."}};
    manifest.outputs = {
        {.id = "tensors", .label = "Tensors", .type = graph::PortType::TensorSet, .help = "As decoded."},
        {.id = "bitstream",
         .label = "Stream",
         .type = graph::PortType::Bitstream,
         .help = "Codes, scales, zero points and kept tensors in Ratescope's container."}};
    manifest.parameters = gridParameters();
    manifest.extension = "rtn";
    manifest.magics = {"52534353010b776569676874732e72746e"};  // container, format 1, text "weights.rtn"
    return manifest;
}

}  // namespace

NodeEntry rtnNode() {
    return {rtnManifest(), [] { return std::make_unique<Rtn>(); }};
}

}  // namespace ratescope::media::weights
