// SpQR: small groups with quantised scales and zeros, and outliers stored apart.
//
// A container. Header: bits, group size β1, bits of first-level scales and zeros (0 and 0: half-precision statistics),
// rows of a second-level group β2, flags (1 permuted), tensors as in tensor_list.h. Sections, of the searched tensors
// one after the other and all in the order of the permuted columns: codes; scales and zeros by row and group; second
// level (four halves: step and zero of the scales, of the zeros) by β2 rows and group; outliers (half, then column of
// 16 bits, or 32 where there are more than 65536), row after row; row pointers (u32, m + 1 a tensor); permutation;
// kept.

#include "core/engine/quant/spqr.h"

#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sequential.h"

#include <limits>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::SecondLevel;
using engine::SpqrSettings;
using engine::SpqrStored;

constexpr const char* nodeId = "weights.spqr";
constexpr int nodeVersion = 2;  // from 2 on groups of zeros come back as zeros
constexpr std::uint8_t permutedFlag = 1;

int columnBits(std::int64_t columns) {
    return columns > 65536 ? 32 : 16;
}

class Encoder {
  public:
    Encoder(Context& context, const SpqrSettings& settings, const engine::FactorSettings& factor)
        : context_(context), settings_(settings), factor_(factor) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        forEachTensor(context_, inputs, parameters, kept_,
                      {&codes_, &scales_, &zeros_, &secondLevel_, &outliers_, &rowPointers_, &permutation_},
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        FieldWriter& header = container.header();
        header.u8(static_cast<std::uint8_t>(settings_.bits));
        header.u8(static_cast<std::uint8_t>(settings_.groupSize));
        header.u8(static_cast<std::uint8_t>(settings_.scaleBits));
        header.u8(static_cast<std::uint8_t>(settings_.zeroBits));
        header.u8(static_cast<std::uint8_t>(settings_.statisticsGroup));
        header.u8(factor_.actOrder ? permutedFlag : 0);
        writeTensorList(header, inputs.tensors("tensors"));
        container.addSection("codes", codes_.finish());
        container.addSection("scales", scales_.finish());
        container.addSection("zeros", zeros_.finish());
        container.addSection("second-level", secondLevel_.finish());
        container.addSection("outliers", outliers_.finish());
        container.addSection("row-pointers", rowPointers_.finish());
        container.addSection("permutation", permutation_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    engine::Matrix<float> add(const CalibratedTensor& tensor) {
        const engine::InverseFactor factor = factorOf(context_, tensor, factor_);
        engine::SpqrQuantised result =
            engine::spqr(tensor.name, tensor.weights, factor, settings_, executionIn(context_));
        const SpqrStored& stored = result.stored;
        codes_.putPacked(stored.codes.values, settings_.bits);
        scales_.putPacked(stored.scales.values, settings_.scaleBits > 0 ? settings_.scaleBits : 16);
        zeros_.putPacked(stored.zeros.values, settings_.zeroBits > 0 ? settings_.zeroBits : 16);
        for (const SecondLevel& level : stored.secondLevel.values)
            secondLevel_.putPacked(std::span<const std::uint16_t>(level), 16);
        for (std::size_t i = 0; i < stored.outlierValues.size(); ++i) {
            outliers_.put(stored.outlierValues[i], 16);
            outliers_.put(stored.outlierColumns[i], columnBits(stored.codes.columns));
        }
        rowPointers_.putPacked(std::span<const std::uint32_t>(stored.rowStarts), 32);
        if (factor_.actOrder) putPermutation(permutation_, factor.order);
        return std::move(result.weights);
    }

    Context& context_;
    const SpqrSettings settings_;
    const engine::FactorSettings factor_;
    BitWriter codes_{"codes", true}, scales_{"scales", true}, zeros_{"zeros", true},
        secondLevel_{"second-level", true}, outliers_{"outliers", true}, rowPointers_{"row-pointers", true},
        permutation_{"permutation", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        bits_ = header_.u8();
        groupSize_ = header_.u8();
        scaleBits_ = header_.u8();
        zeroBits_ = header_.u8();
        statisticsGroup_ = header_.u8();
        const std::uint8_t flags = header_.u8();
        isPermuted_ = flags == permutedFlag;
        const bool isTwoLevel =
            scaleBits_ >= 2 && scaleBits_ <= 8 && zeroBits_ >= 2 && zeroBits_ <= 8 && statisticsGroup_ >= 8;
        if (bits_ < 2 || bits_ > 8 || groupSize_ < 8 || flags > permutedFlag ||
            (!isTwoLevel && (scaleBits_ != 0 || zeroBits_ != 0)))
            throw damagedStream(nodeId);
        if (!isTwoLevel) statisticsGroup_ = 0;
    }

    TensorSet decode() {
        TensorSet set = decodedSet(context_, readTensorList(header_, nodeId), kept_, nodeId,
                                   [this](MatrixShape shape) { return next(shape); });
        for (BitReader* reader :
             {&codes_, &scales_, &zeros_, &secondLevel_, &outliers_, &rowPointers_, &permutation_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    engine::Matrix<float> next(MatrixShape shape) {
        SpqrStored stored;
        stored.groupSize = groupSize_;
        stored.statisticsGroup = statisticsGroup_;
        requireLeft(codes_, shape.rows * shape.columns, bits_, nodeId);
        stored.codes = engine::Matrix<std::uint8_t>(shape.rows, shape.columns);
        codes_.getPacked(stored.codes.values, bits_);
        const std::int64_t groups = (shape.columns + groupSize_ - 1) / groupSize_;
        stored.scales = statistics(scales_, shape.rows, groups, scaleBits_);
        stored.zeros = statistics(zeros_, shape.rows, groups, zeroBits_);
        if (statisticsGroup_ > 0)
            readSecondLevel(stored, (shape.rows + statisticsGroup_ - 1) / statisticsGroup_);
        readOutliers(stored);
        if (isPermuted_) stored.order = getPermutation(permutation_, shape.columns, nodeId);
        context_.check();
        return engine::dequantised(stored);
    }

    static engine::Matrix<std::uint16_t> statistics(BitReader& reader, std::int64_t rows, std::int64_t groups,
                                                    int bits) {
        const int width = bits > 0 ? bits : 16;
        requireLeft(reader, rows * groups, width, nodeId);
        engine::Matrix<std::uint16_t> values(rows, groups);
        reader.getPacked(values.values, width);
        return values;
    }

    void readSecondLevel(SpqrStored& stored, std::int64_t runs) {
        requireLeft(secondLevel_, runs * stored.scales.columns, 64, nodeId);
        stored.secondLevel = engine::Matrix<SecondLevel>(runs, stored.scales.columns);
        for (SecondLevel& level : stored.secondLevel.values)
            secondLevel_.getPacked(std::span<std::uint16_t>(level), 16);
    }

    void readOutliers(SpqrStored& stored) {
        requireLeft(rowPointers_, stored.codes.rows + 1, 32, nodeId);
        stored.rowStarts.resize(static_cast<std::size_t>(stored.codes.rows) + 1);
        rowPointers_.getPacked(std::span<std::uint32_t>(stored.rowStarts), 32);
        const int width = columnBits(stored.codes.columns);
        requireLeft(outliers_, stored.rowStarts.back(), 16 + width, nodeId);
        if (stored.rowStarts[0] != 0) throw damagedStream(nodeId);
        for (std::size_t row = 0; row + 1 < stored.rowStarts.size(); ++row) {
            if (stored.rowStarts[row] > stored.rowStarts[row + 1] ||
                stored.rowStarts[row + 1] > stored.rowStarts.back())
                throw damagedStream(nodeId);
            std::int64_t before = -1;
            for (std::uint32_t o = stored.rowStarts[row]; o < stored.rowStarts[row + 1]; ++o) {
                stored.outlierValues.push_back(static_cast<std::uint16_t>(outliers_.get(16)));
                const auto column = static_cast<std::int64_t>(outliers_.get(width));
                if (column <= before || column >= stored.codes.columns) throw damagedStream(nodeId);
                stored.outlierColumns.push_back(static_cast<std::uint32_t>(column));
                before = column;
            }
        }
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    int bits_ = 0, scaleBits_ = 0, zeroBits_ = 0;
    std::int64_t groupSize_ = 0, statisticsGroup_ = 0;
    bool isPermuted_ = false;
    BitReader codes_ = section("codes"), scales_ = section("scales"), zeros_ = section("zeros"),
              secondLevel_ = section("second-level"), outliers_ = section("outliers"),
              rowPointers_ = section("row-pointers"), permutation_ = section("permutation"),
              kept_ = section("kept");
};

class Spqr : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const bool isTwoLevel = parameters.integer("statistics-bits") > 0;
        SpqrSettings settings;
        settings.bits = static_cast<int>(parameters.integer("bits"));
        settings.groupSize = parameters.integer("group-size");
        settings.scaleBits = settings.zeroBits = static_cast<int>(parameters.integer("statistics-bits"));
        settings.statisticsGroup = isTwoLevel ? parameters.integer("statistics-group") : 0;
        settings.threshold = parameters.flag("outliers") ? parameters.real("threshold")
                                                         : std::numeric_limits<double>::infinity();
        settings.leaveOneOut = parameters.flag("leave-one-out");
        if (settings.scaleBits == 1)
            throw Error(ErrorKind::Usage, "Statistics of one bit say too little.",
                        "Set statistics-bits to 2 or more, "
                        "or to 0.");
        Encoder(context, settings, {parameters.real("damping"), parameters.flag("act-order")})
            .encode(inputs, parameters, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* spqrManual =
    R"(Small groups of weights on uniform grids whose scales and zeros are quantised in turn, and
the few weights that lose most stored apart in half precision; errors are made up for in the columns to come, as in
`weights.gptq`.

A group is `group-size` neighbours of a row, in the order of the columns. Its scale s = (max − min)/(2^b − 1) and
zero z = −min/s (not rounded) are quantised over runs of `statistics-group` **rows** to `statistics-bits`: step and
zero of each run are half precision. With `leave-one-out`, weights whose absence lowers the group's weighted loss by
more than T do not count in its range; they go one at a time, the worst first (published: all at once). A weight whose
own loss e² = ((w − ŵ)/U_jj)² is above T is an **outlier**: its value as half precision *replaces* what its code says.
T is the `threshold` times the mean over columns of Var(w)/U_jj²: a smaller threshold stores more outliers.

**Bits a weight**, all of them counted: b + 2·b_s/β1 + 64/(β1·β2) + 32·r, with r the share of outliers, 32 bits a row
for row pointers and 16 an input for the permutation of `act-order`. Parts: `codes`, `scales`, `zeros`,
`second-level`, `outliers`, `row-pointers`, `permutation` (of searched tensors), `kept`, `header`, `container`,
`padding`. Which tensors, those without a Hessian, and the table `layers`: as for `weights.gptq`. Groups far from zero
(1024 steps) are taken as constant, so that their zero fits half precision; groups of zeros come back as zeros, and no
other has a step below 2⁻²⁴.
)";

graph::Manifest spqrManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "SpQR";
    manifest.summary = "Small groups with quantised statistics, and outliers in half precision";
    manifest.manual = spqrManual;
    manifest.papers = {
        {"T. Dettmers et al., SpQR: a sparse-quantized representation for near-lossless LLM weight "
         "compression, 2023",
         "https://arxiv.org/abs/2306.03078"}};
    manifest.synonyms = {"sparse-quantized", "outliers", "quantization", "quantisation", "weight-only"};
    const std::vector<graph::Parameter> own{
        {.id = "bits",
         .label = "Bits a code",
         .help = "Width of a code; statistics and outliers come on top.",
         .type = graph::ParameterType::Int,
         .unit = "bit",
         .defaultValue = std::int64_t{3},
         .minimum = 2,
         .maximum = 8,
         .movesAlongCurve = true},
        {.id = "threshold",
         .label = "Outlier threshold",
         .help = "Of the mean loss that a column's variance would give; smaller stores more outliers.",
         .type = graph::ParameterType::Real,
         .defaultValue = 0.2,
         .minimum = 0,
         .maximum = 1000,
         .movesAlongCurve = true},
        {.id = "outliers",
         .label = "Outliers",
         .help = "Off: none is stored, whatever the threshold.",
         .type = graph::ParameterType::Bool,
         .defaultValue = true},
        {.id = "group-size",
         .label = "Group size",
         .help = "Weights of a row that share a scale and a zero.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{16},
         .minimum = 8,
         .maximum = 128},
        {.id = "statistics-bits",
         .label = "Bits of scales and zeros",
         .help = "2 to 8; 0 stores them in half precision.",
         .type = graph::ParameterType::Int,
         .unit = "bit",
         .defaultValue = std::int64_t{3},
         .minimum = 0,
         .maximum = 8},
        {.id = "statistics-group",
         .label = "Rows of a statistics group",
         .help = "Rows whose scales are quantised together.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{16},
         .minimum = 8,
         .maximum = 64},
        {.id = "leave-one-out",
         .label = "Leave one out",
         .help = "Ranges of groups leave out what spoils them.",
         .type = graph::ParameterType::Bool,
         .defaultValue = true,
         .advanced = true}};
    manifest.parameters.insert(manifest.parameters.begin(), own.begin(), own.end());
    addSequentialCalibration(manifest);
    manifest.extension = "spqr";
    manifest.magics = {"52534353010c776569676874732e73707172"};  // container, format 1, text "weights.spqr"
    return manifest;
}

}  // namespace

NodeEntry spqrNode() {
    return {spqrManifest(), [] { return std::make_unique<Spqr>(); }};
}

}  // namespace ratescope::media::weights
