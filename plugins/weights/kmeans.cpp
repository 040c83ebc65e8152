// k-means: a codebook of the vectors of a matrix, or of the values of each row, without compensation.
//
// A container. Header: bits of an index, vector length, flags (1 vectors along the outputs, 2 a codebook for each row),
// tensors as in tensor_list.h. Sections, of the searched tensors one after the other: indices, row after row (along the
// outputs column after column), of as many bits as the number of codewords needs; codebooks, halves; kept. A matrix of
// fewer vectors than codewords has as many codewords as vectors.

#include "core/engine/quant/kmeans.h"

#include "core/engine/quant/vector_codes.h"
#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/nodes.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::KMeansSettings;
using engine::Matrix;
using engine::PlainVectorQuantised;
using engine::VectorAxis;

constexpr const char* nodeId = "weights.kmeans";
constexpr int nodeVersion = 2;  // from 2 on many codewords are drawn from distinct vectors
constexpr std::uint8_t outputsFlag = 1, rowsFlag = 2;
constexpr int mostBits = 16, mostRowBits = 8;
constexpr std::int64_t longestVector = 16;

struct Shapes {
    int bits = 8;
    std::int64_t length = 4;
    bool alongOutputs = false, ofRows = false;

    std::int64_t lines(MatrixShape matrix) const { return alongOutputs ? matrix.columns : matrix.rows; }
    std::int64_t vectorsOfLine(MatrixShape matrix) const {
        return ((alongOutputs ? matrix.rows : matrix.columns) + length - 1) / length;
    }
    std::int64_t codewords(MatrixShape matrix) const {
        const std::int64_t most = std::int64_t{1} << bits;
        return ofRows ? most : std::min(most, lines(matrix) * vectorsOfLine(matrix));
    }
    int indexBits(MatrixShape matrix) const { return ofRows ? bits : engine::indexBits(codewords(matrix)); }
};

class Encoder {
  public:
    Encoder(Context& context, const Shapes& shapes, const KMeansSettings& settings)
        : context_(context), shapes_(shapes), settings_(settings) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        forEachTensor(context_, inputs, parameters, kept_, {&indices_, &codebooks_},
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().u8(static_cast<std::uint8_t>(shapes_.bits));
        container.header().u8(static_cast<std::uint8_t>(shapes_.length));
        container.header().u8(static_cast<std::uint8_t>((shapes_.alongOutputs ? outputsFlag : 0) |
                                                        (shapes_.ofRows ? rowsFlag : 0)));
        writeTensorList(container.header(), inputs.tensors("tensors"));
        container.addSection("indices", indices_.finish());
        container.addSection("codebooks", codebooks_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    Matrix<float> add(const CalibratedTensor& tensor) {
        PlainVectorQuantised result = quantised(tensor);
        const int width = shapes_.indexBits({tensor.weights.rows, tensor.weights.columns});
        for (const std::uint16_t index : result.indices)
            indices_.put(index, width);
        for (const float value : result.codewords.values)
            codebooks_.put(floatToHalf(value), 16);
        return std::move(result.weights);
    }

    PlainVectorQuantised quantised(const CalibratedTensor& tensor) const {
        if (shapes_.ofRows)
            return engine::scalarCodebooks(tensor.name, tensor.weights, shapes_.bits, settings_,
                                           executionIn(context_));
        const std::vector<double> shares =
            shapes_.alongOutputs ? inputStrengths(tensor) : std::vector<double>();
        return engine::vectorQuantise(tensor.name, tensor.weights,
                                      shapes_.alongOutputs ? VectorAxis::Outputs : VectorAxis::Inputs,
                                      shapes_.length, shares, settings_, executionIn(context_));
    }

    Context& context_;
    const Shapes shapes_;
    const KMeansSettings settings_;
    BitWriter indices_{"indices", true}, codebooks_{"codebooks", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        shapes_.bits = header_.u8();
        shapes_.length = header_.u8();
        const std::uint8_t flags = header_.u8();
        shapes_.alongOutputs = (flags & outputsFlag) != 0;
        shapes_.ofRows = (flags & rowsFlag) != 0;
        const bool isSound = flags < (outputsFlag | rowsFlag) && shapes_.bits >= 1 && shapes_.length >= 1 &&
                             (shapes_.ofRows ? shapes_.bits <= mostRowBits && shapes_.length == 1
                                             : shapes_.bits <= mostBits && shapes_.length <= longestVector);
        if (!isSound) throw damagedStream(nodeId);
    }

    TensorSet decode() {
        TensorSet set = decodedSet(context_, readTensorList(header_, nodeId), kept_, nodeId,
                                   [this](MatrixShape shape) { return next(shape); });
        for (BitReader* reader : {&indices_, &codebooks_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    Matrix<float> next(MatrixShape shape) {
        context_.check();
        const std::int64_t books = shapes_.ofRows ? shape.rows : 1, codewords = shapes_.codewords(shape);
        const int width = shapes_.indexBits(shape);
        // Indices first: so many that they are there bound the number of rows, and so the product below.
        requireLeft(indices_, shapes_.lines(shape) * shapes_.vectorsOfLine(shape), width, nodeId);
        requireLeft(codebooks_, books * codewords * shapes_.length, 16, nodeId);
        Matrix<float> book(books * codewords, shapes_.length);
        for (float& value : book.values)
            value = halfToFloat(static_cast<std::uint16_t>(codebooks_.get(16)));
        Matrix<float> weights(shape.rows, shape.columns);
        for (std::int64_t line = 0; line < shapes_.lines(shape); ++line)
            for (std::int64_t vector = 0; vector < shapes_.vectorsOfLine(shape); ++vector) {
                const auto index = static_cast<std::int64_t>(indices_.get(width));
                if (index >= codewords) throw damagedStream(nodeId);
                put(weights, line, vector * shapes_.length,
                    book.row((shapes_.ofRows ? line * codewords : 0) + index));
            }
        return weights;
    }

    /// What lies beyond the matrix is padding.
    void put(Matrix<float>& weights, std::int64_t line, std::int64_t begin,
             std::span<const float> codeword) const {
        for (std::size_t i = 0; i < codeword.size(); ++i) {
            const std::int64_t along = begin + static_cast<std::int64_t>(i);
            if (shapes_.alongOutputs && along < weights.rows) weights.at(along, line) = codeword[i];
            if (!shapes_.alongOutputs && along < weights.columns) weights.at(line, along) = codeword[i];
        }
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    Shapes shapes_;
    BitReader indices_ = section("indices"), codebooks_ = section("codebooks"), kept_ = section("kept");
};

class KMeans : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Shapes shapes{static_cast<int>(parameters.integer("index-bits")),
                            parameters.integer("vector-length"), parameters.text("along") == "outputs",
                            parameters.flag("row-codebooks")};
        if (shapes.ofRows && (shapes.length != 1 || shapes.bits > mostRowBits || shapes.alongOutputs))
            throw Error(ErrorKind::Usage, "A codebook for each row holds single values, 256 at most.",
                        "Set vector-length to 1, index-bits to 8 or less, and along to inputs.");
        KMeansSettings settings;
        settings.clusters = std::int64_t{1} << shapes.bits;
        settings.rounds = static_cast<int>(parameters.integer("rounds"));
        settings.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
        Encoder(context, shapes, settings).encode(inputs, parameters, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* kmeansManual =
    R"(Vectors of `vector-length` weights go to the nearest of 2^`index-bits` codewords, a codebook for each
matrix, made by Lloyd's rounds until none changes or `rounds` are over. The plain method against which
vector codecs such as `weights.vptq` are measured: no error is made up for.

Vectors run along the inputs (neighbours of a row) or along the outputs (neighbours of a column); the last one of a row
or column is padded with zeros. Along the outputs, **Hessians** weigh each column's vectors by its diagonal. With
`row-codebooks` each row has a codebook of single values of its own. A cluster that loses its vectors keeps its
codeword; a matrix of fewer vectors than codewords has as many codewords as vectors. The `seed` draws the first
codewords: by k-means++ where there are up to 1024, else from the distinct vectors, by their weights.

**Bits a weight**, all of them counted: index-bits/v + 16·v·2^index-bits/(m·n) with vectors of v weights;
b + 16·2^b/n with a codebook of 2^b values for each row of n. Parts: `indices`, `codebooks` (of searched tensors),
`kept`, `header`, `container`, `padding`. Which tensors, and the table `layers`:
as for `weights.gptq`.
)";

std::vector<graph::Parameter> kmeansParameters() {
    return {{.id = "index-bits",
             .label = "Bits of an index",
             .help = "A codebook has two to the power of this many codewords.",
             .type = graph::ParameterType::Int,
             .unit = "bit",
             .defaultValue = std::int64_t{8},
             .minimum = 1,
             .maximum = mostBits,
             .movesAlongCurve = true},
            {.id = "vector-length",
             .label = "Vector length",
             .help = "Weights of a vector.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{4},
             .minimum = 1,
             .maximum = longestVector},
            {.id = "along",
             .label = "Along",
             .help = "Whether a vector's weights are neighbours of a row or of a column.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("inputs"),
             .choices = {"inputs", "outputs"}},
            {.id = "row-codebooks",
             .label = "Codebook for each row",
             .help = "Of single values; vector-length is then 1.",
             .type = graph::ParameterType::Bool,
             .defaultValue = false},
            {.id = "rounds",
             .label = "Rounds",
             .help = "At most so many.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{100},
             .minimum = 0,
             .maximum = 10000,
             .advanced = true},
            {.id = "seed",
             .label = "Seed",
             .help = "Of the first codewords.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{0},
             .minimum = 0,
             .maximum = 1e9,
             .advanced = true}};
}

graph::Manifest kmeansManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "k-means";
    manifest.summary = "A codebook of each matrix's vectors, or of each row's values";
    manifest.manual = kmeansManual;
    manifest.papers = {
        {"S. Lloyd, Least squares quantization in PCM, 1982", "https://doi.org/10.1109/TIT.1982.1056489"},
        {"D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful seeding, 2007",
         "https://theory.stanford.edu/~sergei/papers/kMeansPP-soda.pdf"}};
    manifest.synonyms = {"k-means",  "Lloyd",      "vector quantization", "vector quantisation",
                         "codebook", "clustering", "weight sharing"};
    manifest.parameters = kmeansParameters();
    manifest.extension = "kmeans";
    manifest.magics = {"52534353010e776569676874732e6b6d65616e73"};  // container, text "weights.kmeans"
    return manifest;
}

}  // namespace

NodeEntry kmeansNode() {
    return {kmeansManifest(), [] { return std::make_unique<KMeans>(); }};
}

}  // namespace ratescope::media::weights
