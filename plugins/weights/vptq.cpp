// VPTQ: codewords of consecutive rows of one column, chosen with the column's error compensated in the next ones.
//
// A container. Header: flags (1 normalised, 2 permuted), tensors as in tensor_list.h. Sections, of the searched tensors
// one after the other and in the order of the permuted columns: geometry (parts of columns, and for each columns,
// vector length, codewords and residual codewords); indices (for each part and row of vectors the columns' fields end
// to end, the residual's index above the main one's, padded to 32-bit words); codebooks (halves); norms (scale and bias
// of each column, halves); permutation; kept.

#include "core/engine/quant/vptq.h"

#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sequential.h"

#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::indexBits;
using engine::VectorColumns;
using engine::VectorStored;
using engine::VptqSettings;

constexpr const char* nodeId = "weights.vptq";
constexpr int nodeVersion = 2;  // from 2 on shares of columns and draws of codewords are exact
constexpr std::uint8_t normalisedFlag = 1, permutedFlag = 2;
constexpr std::uint64_t wordBits = 32, mostParts = 17, longestVector = 16, mostCodewords = 65536;

class Encoder {
  public:
    Encoder(Context& context, const VptqSettings& settings) : context_(context), settings_(settings) {
        padding_ = indices_.addPart("padding", true);
        codes_ = indices_.addPart("indices", true);
    }

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        forEachTensor(context_, inputs, parameters, kept_,
                      {&geometry_, &indices_, &codebooks_, &norms_, &permutation_},
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>((settings_.normalise ? normalisedFlag : 0) |
                                                        (settings_.permute ? permutedFlag : 0)));
        writeTensorList(container.header(), inputs.tensors("tensors"));
        container.addSection("geometry", geometry_.finish());
        container.addSection("indices", indices_.finish());
        container.addSection("codebooks", codebooks_.finish());
        container.addSection("norms", norms_.finish());
        container.addSection("permutation", permutation_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    engine::Matrix<float> add(const CalibratedTensor& tensor) {
        const Execution execution = executionIn(context_);
        auto result = tensor.hessian
                          ? engine::vptq(tensor.name, tensor.weights, *tensor.hessian, settings_, execution)
                          : engine::vptq(tensor.name, tensor.weights, settings_, execution);
        if (result.damping > settings_.damping)
            context_.log("The Hessian of \"" + tensor.name + "\" was damped by " +
                         std::to_string(result.damping) + " of its mean.");
        const VectorStored& stored = result.stored;
        FieldWriter geometry;
        geometry.varint(stored.parts.size());
        for (std::size_t i = 0; i < stored.parts.size(); ++i) {
            addPart(stored.parts[i], geometry);
            const bool isOutlier = i == 0 && settings_.outlierShare > 0;
            logFewer(tensor.name, "codewords", stored.parts[i].codewords.rows,
                     isOutlier ? settings_.outlierCentroids : settings_.centroids);
            if (!isOutlier)
                logFewer(tensor.name, "residual codewords", stored.parts[i].residual.rows,
                         settings_.residualCentroids);
        }
        putBytes(geometry_, geometry.bytes());
        for (std::size_t i = 0; i < stored.scales.size(); ++i) {
            norms_.put(stored.scales[i], 16);
            norms_.put(stored.biases[i], 16);
        }
        if (settings_.permute) putPermutation(permutation_, orderOf(stored));
        return std::move(result.weights);
    }

    void logFewer(const std::string& tensor, const std::string& what, std::int64_t count,
                  std::int64_t asked) {
        if (count < asked)
            context_.log("\"" + tensor + "\" has fewer vectors than " + what + " were asked for: it has " +
                         std::to_string(count) + " " + what + ".");
    }

    /// Also where the strongest inputs happen to lie first.
    static std::vector<std::int64_t> orderOf(const VectorStored& stored) {
        if (!stored.order.empty()) return stored.order;
        std::vector<std::int64_t> order;
        for (std::int64_t i = 0; i < stored.columns; ++i)
            order.push_back(i);
        return order;
    }

    void addPart(const VectorColumns& part, FieldWriter& geometry) {
        geometry.varint(static_cast<std::uint64_t>(part.columns));
        geometry.varint(static_cast<std::uint64_t>(part.codewords.columns));
        geometry.varint(static_cast<std::uint64_t>(part.codewords.rows));
        geometry.varint(static_cast<std::uint64_t>(part.residual.rows));
        for (const float value : part.codewords.values)
            codebooks_.put(floatToHalf(value), 16);
        for (const float value : part.residual.values)
            codebooks_.put(floatToHalf(value), 16);
        const int width = indexBits(part.codewords.rows);
        const int residualWidth = part.residual.rows > 0 ? indexBits(part.residual.rows) : 0;
        for (std::int64_t vector = 0; vector < part.indices.columns; ++vector) {
            indices_.use(codes_);
            for (std::int64_t j = 0; j < part.columns; ++j) {
                if (residualWidth > 0) indices_.put(part.residualIndices.at(j, vector), residualWidth);
                indices_.put(part.indices.at(j, vector), width);
            }
            indices_.use(padding_);
            indices_.put(0, static_cast<int>((wordBits - indices_.bits() % wordBits) % wordBits));
        }
    }

    Context& context_;
    const VptqSettings settings_;
    std::size_t codes_ = 0, padding_ = 0;
    BitWriter geometry_{"geometry", true}, indices_{"indices", true}, codebooks_{"codebooks", true},
        norms_{"norms", true}, permutation_{"permutation", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        const std::uint8_t flags = header_.u8();
        isNormalised_ = (flags & normalisedFlag) != 0;
        isPermuted_ = (flags & permutedFlag) != 0;
        if (flags > (normalisedFlag | permutedFlag)) throw damagedStream(nodeId);
    }

    TensorSet decode() {
        TensorSet set = decodedSet(context_, readTensorList(header_, nodeId), kept_, nodeId,
                                   [this](MatrixShape shape) { return next(shape); });
        for (BitReader* reader : {&indices_, &codebooks_, &norms_, &permutation_, &kept_})
            reader->expectEnd();
        if (geometry_.left() != 0) throw damagedStream(nodeId);
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    engine::Matrix<float> next(MatrixShape shape) {
        VectorStored stored;
        stored.rows = shape.rows;
        stored.columns = shape.columns;
        std::int64_t left = shape.columns;
        for (std::uint64_t parts = geometry_.varintUpTo(mostParts); parts > 0; --parts) {
            stored.parts.push_back(nextPart(shape.rows, left));
            left -= stored.parts.back().columns;
        }
        if (left != 0) throw damagedStream(nodeId);
        if (isNormalised_) requireLeft(norms_, shape.columns, 32, nodeId);
        for (std::int64_t j = 0; isNormalised_ && j < shape.columns; ++j) {
            stored.scales.push_back(static_cast<std::uint16_t>(norms_.get(16)));
            stored.biases.push_back(static_cast<std::uint16_t>(norms_.get(16)));
        }
        if (isPermuted_) stored.order = getPermutation(permutation_, shape.columns, nodeId);
        context_.check();
        return engine::dequantised(stored);
    }

    VectorColumns nextPart(std::int64_t rows, std::int64_t columns) {
        VectorColumns part;
        part.columns = static_cast<std::int64_t>(geometry_.varintUpTo(static_cast<std::uint64_t>(columns)));
        const auto length = static_cast<std::int64_t>(geometry_.varintUpTo(longestVector));
        const auto codewords = static_cast<std::int64_t>(geometry_.varintUpTo(mostCodewords));
        const auto residual = static_cast<std::int64_t>(geometry_.varintUpTo(mostCodewords));
        if (part.columns == 0 || length == 0 || codewords == 0) throw damagedStream(nodeId);
        part.codewords = nextCodebook(codewords, length);
        if (residual > 0) part.residual = nextCodebook(residual, length);
        readIndices(part, (rows + length - 1) / length);
        return part;
    }

    engine::Matrix<float> nextCodebook(std::int64_t codewords, std::int64_t length) {
        requireLeft(codebooks_, codewords * length, 16, nodeId);
        engine::Matrix<float> book(codewords, length);
        for (float& value : book.values)
            value = halfToFloat(static_cast<std::uint16_t>(codebooks_.get(16)));
        return book;
    }

    void readIndices(VectorColumns& part, std::int64_t vectors) {
        const int width = indexBits(part.codewords.rows);
        const int residualWidth = part.residual.rows > 0 ? indexBits(part.residual.rows) : 0;
        // A lone codeword takes no bits. There is one only where there is one vector: of more, each has an index in the
        // stream, and these bound the size.
        if (width + residualWidth == 0 && vectors * part.columns > 1) throw damagedStream(nodeId);
        requireLeft(indices_, vectors * part.columns, width + residualWidth, nodeId);
        part.indices = engine::Matrix<std::uint16_t>(part.columns, vectors);
        if (part.residual.rows > 0) part.residualIndices = part.indices;
        for (std::int64_t vector = 0; vector < vectors; ++vector) {
            for (std::int64_t j = 0; j < part.columns; ++j) {
                if (part.residual.rows > 0)
                    part.residualIndices.at(j, vector) = nextIndex(residualWidth, part.residual.rows);
                part.indices.at(j, vector) = nextIndex(width, part.codewords.rows);
            }
            const auto gap = static_cast<int>((wordBits - indices_.position() % wordBits) % wordBits);
            if (indices_.get(gap) != 0) throw damagedStream(nodeId);
        }
    }

    std::uint16_t nextIndex(int width, std::int64_t codewords) {
        const std::uint64_t index = indices_.get(width);
        if (index >= static_cast<std::uint64_t>(codewords)) throw damagedStream(nodeId);
        return static_cast<std::uint16_t>(index);
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    bool isNormalised_ = false, isPermuted_ = false;
    FieldReader geometry_{container_.section("geometry")};
    BitReader indices_ = section("indices"), codebooks_ = section("codebooks"), norms_ = section("norms"),
              permutation_ = section("permutation"), kept_ = section("kept");
};

class Vptq : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        VptqSettings settings;
        settings.vectorLength = parameters.integer("vector-length");
        settings.centroids = std::int64_t{1} << parameters.integer("index-bits");
        const std::int64_t residualBits = parameters.integer("residual-bits");
        settings.residualCentroids = residualBits > 0 ? std::int64_t{1} << residualBits : 0;
        settings.outlierShare = parameters.real("outlier-percent") / 100;
        settings.outlierVectorLength = parameters.integer("outlier-vector-length");
        settings.outlierCentroids = std::int64_t{1} << parameters.integer("outlier-index-bits");
        settings.groups = parameters.integer("groups");
        settings.normalise = parameters.flag("normalise");
        settings.permute = parameters.flag("act-order");
        settings.damping = parameters.real("damping");
        settings.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
        Encoder(context, settings).encode(inputs, parameters, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* vptqManual =
    R"(Vectors of `vector-length` consecutive rows of **one column** become the nearest of 2^`index-bits` codewords,
column by column; what a column loses is made up for in the columns to come, as in `weights.gptq`.

Codebooks come of k-means (up to 100 rounds, seeded) over the tensor's vectors, each weighted by the Hessian's diagonal
of its column. The first codewords are chosen by k-means++ where there are up to 1024, else drawn by these weights from
the distinct vectors. `residual-bits` adds a second codebook, of what the first leaves. The
strongest `outlier-percent` of the columns have a codebook of their own; the others split into `groups` with one each.
`normalise` maps each column to 0 … 1 first (scale and bias stored as half precision) and rescales the Hessian with it.
Fine-tuning by layers is not part of this node.

**Bits a weight**, all of them counted: index bits/v (and residual bits/v), 16 bits for each number of the codebooks,
which decide small tensors, 32/m for `normalise`, 16/m for the permutation of `act-order`. A column's last vector is
padded with zeros where v does not divide its rows, and each row of indices is padded to 32-bit words. Where there are
fewer vectors than codewords, there are as many codewords as vectors, and the log says so. Parts: `indices`,
`codebooks`, `norms`, `permutation`, `geometry` and the words' `padding` (of searched tensors), `kept`, `header`,
`container`. Which tensors, those without a Hessian, and the table `layers`: as for `weights.gptq`.
)";

graph::Manifest vptqManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "VPTQ";
    manifest.summary = "Codewords for vectors of rows, each column's error made up for in the next ones";
    manifest.manual = vptqManual;
    manifest.papers = {
        {"Y. Liu et al., VPTQ: extreme low-bit vector post-training quantization for large language "
         "models, 2024",
         "https://arxiv.org/abs/2409.17066"}};
    manifest.synonyms = {"vector quantization", "vector quantisation", "codebook", "k-means", "2-bit",
                         "weight-only"};
    std::vector<graph::Parameter> own{
        integerParameter("vector-length", "Vector length", "Rows of a vector.", 4, 1, 16),
        integerParameter("index-bits", "Bits an index", "2^bits codewords.", 8, 1, 16),
        integerParameter("residual-bits", "Bits of a residual index",
                         "2^bits codewords that are added; 0: none.", 0, 0, 16),
        {.id = "outlier-percent",
         .label = "Outlier columns",
         .help = "The strongest columns, which have a codebook of their own.",
         .type = graph::ParameterType::Real,
         .unit = "%",
         .defaultValue = 0.0,
         .minimum = 0,
         .maximum = 10},
        integerParameter("outlier-vector-length", "Vector length of outliers", "Rows of a vector there.", 4,
                         1, 16),
        integerParameter("outlier-index-bits", "Bits of an outlier's index", "2^bits codewords there.", 12, 1,
                         16),
        integerParameter("groups", "Groups", "Groups of columns with codebooks of their own.", 1, 1, 16),
        {.id = "normalise",
         .label = "Normalise columns",
         .help = "Columns are mapped to 0 … 1 first.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        integerParameter("seed", "Seed", "Of the codebooks' first codewords.", 0, 0, 1 << 30)};
    own[1].movesAlongCurve = true;
    manifest.parameters.insert(manifest.parameters.begin(), own.begin(), own.end());
    addSequentialCalibration(manifest);
    manifest.extension = "vptq";
    manifest.magics = {"52534353010c776569676874732e76707471"};  // container, format 1, text "weights.vptq"
    return manifest;
}

}  // namespace

NodeEntry vptqNode() {
    return {vptqManifest(), [] { return std::make_unique<Vptq>(); }};
}

}  // namespace ratescope::media::weights
