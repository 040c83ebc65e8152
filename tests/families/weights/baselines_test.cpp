// weights.awq, weights.prune, weights.kmeans: what decodes is what the engine says, every bit accounted for, what the
// specification asks of the plain methods, and damaged streams refused. And calibration while a model is compressed.

#include "core/engine/quant/awq.h"
#include "core/engine/quant/hessian.h"
#include "core/engine/quant/prune.h"
#include "core/engine/quant/vector_codes.h"
#include "core/media/quality/half.h"
#include "plugins/weights/nodes.h"
#include "tests/families/support.h"
#include "tests/families/weights/calibrated_model.h"
#include "tests/families/weights/stream_parts.h"

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

std::vector<NodeEntry> nodes() {
    return {weights::awqNode(), weights::pruneNode(), weights::kmeansNode()};
}

Settings smallBooks() {
    return {{"index-bits", std::int64_t{5}}};
}

Settings settingsFor(const NodeEntry& node) {
    return node.manifest.id == "weights.kmeans" ? smallBooks() : Settings();
}

TensorSet onlyMatrix() {
    return {"", {model().tensors[0]}, {}};
}

engine::PrunePattern shareOf(double sparsity) {
    return {sparsity, 0, 0};
}

std::vector<double> diagonal() {
    const engine::Matrix<double> values = hessian().values;
    std::vector<double> all;
    for (std::int64_t j = 0; j < values.rows; ++j)
        all.push_back(values.at(j, j));
    return all;
}

std::vector<float> halves(std::vector<float> values) {
    for (float& value : values)
        value = halfToFloat(floatToHalf(value));
    return values;
}

Settings pruning(const std::string& method, double sparsity, std::int64_t zeros = 0,
                 std::int64_t length = 0) {
    return {{"method", method}, {"sparsity", sparsity}, {"run-zeros", zeros}, {"run-length", length}};
}

/// A stream of weights.prune of one matrix of zeros that are stored as rows.
std::vector<std::byte> emptyRows(const Shape& shape) {
    ContainerWriter container("weights.prune", 1);
    container.header().varint(0);
    container.header().varint(0);
    putListOf(container.header(), shape);
    BitWriter formats("formats", true);
    formats.put(1, 1);
    container.addSection("formats", formats.finish());
    container.addSection("row-pointers",
                         std::vector<std::byte>(4 * (static_cast<std::size_t>(shape[0]) + 1)));
    for (const char* section : {"mask", "columns", "values", "kept"})
        container.addSection(section, std::vector<std::byte>());
    ByteSink sink;
    container.finish(sink);
    return sink.bytes();
}

double outputError(const std::vector<float>& restored) {
    const engine::Matrix<float> before = matrixOfWeights();
    const engine::Matrix<double> h = hessian().values;
    double sum = 0;
    for (std::int64_t i = 0; i < before.rows; ++i)
        for (std::int64_t j = 0; j < before.columns; ++j)
            for (std::int64_t k = 0; k < before.columns; ++k) {
                const auto at = [&](std::int64_t column) {
                    return static_cast<double>(
                        restored[static_cast<std::size_t>(i * before.columns + column)] -
                        before.at(i, column));
                };
                sum += at(j) * h.at(j, k) * at(k);
            }
    return sum;
}

}  // namespace

class BaselinesTest : public QObject {
    Q_OBJECT
  private slots:
    void awqStoresWhatTheEngineGives() {
        for (const bool clip : {false, true})
            for (const bool symmetric : {false, true}) {
                const ByteSink stream = encode(weights::awqNode(), calibrated(onlyMatrix()),
                                               {{"bits", std::int64_t{3}},
                                                {"group-size", std::int64_t{16}},
                                                {"clip", clip},
                                                {"symmetric", symmetric}});
                const auto bits = searchedBits(stream.ledger());
                const std::uint64_t groups = rows * 5;  // 72 columns in groups of 16
                QCOMPARE(bitsOf(stream.ledger(), "input-scales"), std::uint64_t{16 * columns});
                QCOMPARE(bits, rows * columns * 3 + groups * (symmetric ? 16 : 19) + 16 * columns);
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
                const ByteSink nearest = encode(
                    weights::rtnNode(), inputs("tensors", onlyMatrix()),
                    {{"bits", std::int64_t{3}}, {"group-size", std::int64_t{16}}, {"symmetric", symmetric}});
                QVERIFY(outputError(decodedWeights(weights::awqNode(), stream)) <
                        outputError(decodedWeights(weights::rtnNode(), nearest)));
            }
    }

    void withoutHessiansAwqIsRoundToNearest() {
        const Settings groups{{"group-size", std::int64_t{16}}};
        Settings own = groups;
        own["clip"] = false;
        const ByteSink nearest = encode(weights::rtnNode(), inputs("tensors", model()), groups);
        const ByteSink ours = encode(weights::awqNode(), inputs("tensors", model()), own);
        QCOMPARE(decodedWeights(weights::awqNode(), ours), decodedWeights(weights::rtnNode(), nearest));
    }

    void pruningStoresWhatTheEngineGives() {
        const engine::Matrix<float> before = matrixOfWeights();
        for (const double sparsity : {0.0, 0.3, 0.5, 0.97, 1.0}) {
            const auto pattern = shareOf(sparsity);
            const auto factor = engine::factorInverse("a", hessian().values, {0.01, false});
            const std::map<std::string, engine::Matrix<float>> exact{
                {"magnitude", engine::pruneByMagnitude("a", before, pattern)},
                {"wanda", engine::pruneWanda("a", before, diagonal(), pattern)},
                {"sparsegpt", engine::pruneSparseGpt("a", before, factor, pattern).quantised}};
            for (const auto& [method, expected] : exact) {
                const ByteSink stream =
                    encode(weights::pruneNode(), calibrated(onlyMatrix()), pruning(method, sparsity));
                QCOMPARE(decodedWeights(weights::pruneNode(), stream), halves(expected.values));
                QCOMPARE(searchedBits(stream.ledger()), engine::sparseBits(expected, 16) + 1);
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            }
        }
    }

    void runsLeaveExactlyAsMany() {
        const engine::Matrix<float> before = matrixOfWeights();
        for (const std::string method : {"magnitude", "wanda", "sparsegpt"})
            for (const auto& [zeros, length] : {std::pair{2, 4}, {1, 4}, {5, 16}, {0, 3}}) {
                const ByteSink stream = encode(weights::pruneNode(), calibrated(onlyMatrix()),
                                               pruning(method, 0.5, zeros, length));
                const std::vector<float> after = decodedWeights(weights::pruneNode(), stream);
                for (std::int64_t i = 0; i < rows; ++i)
                    for (std::int64_t begin = 0; begin < columns; begin += length) {
                        const std::int64_t count = std::min<std::int64_t>(length, columns - begin);
                        const auto first = after.begin() + i * columns + begin;
                        QCOMPARE(std::count(first, first + count, 0.0F), zeros * count / length);
                    }
                const engine::PrunePattern pattern{0, length, zeros};
                QCOMPARE(searchedBits(stream.ledger()), engine::runBits(rows, columns, pattern, 16));
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            }
        QVERIFY(errorOf([&] {
                    encode(weights::pruneNode(), calibrated(onlyMatrix()), pruning("wanda", 0.5, 4, 4));
                }).startsWith("usage: 4 zeros in a run of 4"));
    }

    /// Runs of which more is zero than is asked for store as much.
    void zerosThatWereThereComeBack() {
        TensorSet set = onlyMatrix();
        Array sparse(DType::F32, {4, 8});
        const auto values = sparse.writable<float>();
        values[0] = 1;
        values[9] = -2;
        values[31] = 3;
        set.tensors[0] = {"a.weight", sparse};
        for (const Settings& settings : {pruning("magnitude", 0.5, 2, 4), pruning("magnitude", 0.5)}) {
            const ByteSink stream = encode(weights::pruneNode(), inputs("tensors", set), settings);
            const auto after = decodedWeights(weights::pruneNode(), stream);
            QVERIFY(std::ranges::equal(after, sparse.as<float>()));
        }
    }

    void veryWideMatricesAreNoRows() {
        for (const std::int64_t more : {0, 8}) {
            Array sparse(DType::F32, {1, engine::mostRowColumns + more});
            sparse.writable<float>().back() = 1;
            const TensorSet set{"", {{"a.weight", sparse}}, {}};
            const ByteSink stream =
                encode(weights::pruneNode(), inputs("tensors", set), pruning("magnitude", 0.5));
            QCOMPARE(bitsOf(stream.ledger(), "mask"),
                     static_cast<std::uint64_t>(more > 0 ? sparse.size() : 0));
            QCOMPARE(bitsOf(stream.ledger(), "row-pointers"), std::uint64_t{more > 0 ? 0U : 64U});
            QVERIFY(std::ranges::equal(decodedWeights(weights::pruneNode(), stream), sparse.as<float>()));
        }
    }

    /// A few bytes of row pointers don't ask for gibibytes.
    void emptyRowsAreBounded() {
        const std::int64_t widest = engine::mostRowColumns;
        for (const Shape& shape :
             {Shape{1, std::int64_t{1} << 31}, Shape{1, widest + 1}, Shape{1200, widest}})
            QVERIFY(errorOf([&] {
                        decode(weights::pruneNode(), emptyRows(shape));
                    }).startsWith("input: The stream of weights.prune is damaged"));
        const Outputs outputs = decode(weights::pruneNode(), emptyRows({3, widest}));
        QCOMPARE(tensorsAt(outputs).tensors.at(0).array.shape(), (Shape{3, widest}));
    }

    void kmeansStoresWhatTheEngineGives() {
        const engine::Matrix<float> before = matrixOfWeights();
        for (const std::int64_t length : {1, 4, 5})
            for (const std::string along : {"inputs", "outputs"}) {
                const bool isOutputs = along == "outputs";
                const ByteSink stream =
                    encode(weights::kmeansNode(), calibrated(onlyMatrix()),
                           {{"index-bits", std::int64_t{4}}, {"vector-length", length}, {"along", along}});
                const engine::KMeansSettings settings{.clusters = 16};
                const auto exact = engine::vectorQuantise(
                    "a", before, isOutputs ? engine::VectorAxis::Outputs : engine::VectorAxis::Inputs, length,
                    isOutputs ? diagonal() : std::vector<double>(), settings);
                QCOMPARE(decodedWeights(weights::kmeansNode(), stream), exact.weights.values);
                QCOMPARE(searchedBits(stream.ledger()), exact.bits);
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            }
    }

    void kmeansOfRows() {
        const ByteSink stream = encode(
            weights::kmeansNode(), calibrated(onlyMatrix()),
            {{"index-bits", std::int64_t{3}}, {"vector-length", std::int64_t{1}}, {"row-codebooks", true}});
        const engine::KMeansSettings settings;
        const auto exact = engine::scalarCodebooks("a", matrixOfWeights(), 3, settings);
        QCOMPARE(decodedWeights(weights::kmeansNode(), stream), exact.weights.values);
        QCOMPARE(searchedBits(stream.ledger()), std::uint64_t{3 * rows * columns + 16 * 8 * rows});
        QVERIFY(errorOf([&] {
                    encode(weights::kmeansNode(), calibrated(onlyMatrix()), {{"row-codebooks", true}});
                }).startsWith("usage: "));
    }

    void fewVectorsNeedFewCodewords() {
        const ByteSink stream =
            encode(weights::kmeansNode(), inputs("tensors", model()), {{"index-bits", std::int64_t{16}}});
        const Outputs outputs = decode(weights::kmeansNode(), stream.bytes());
        for (const Tensor& tensor : tensorsAt(outputs).tensors)
            QCOMPARE(tensor.array.type(), DType::F32);
        const auto after = decodedWeights(weights::kmeansNode(), stream);
        QCOMPARE(after, halves(matrixOfWeights().values));
    }

    void wholeModelsComeBack() {
        for (const NodeEntry& node : nodes()) {
            const ByteSink stream = encode(node, calibrated(model()), settingsFor(node));
            const Outputs outputs = decode(node, stream.bytes());
            const TensorSet& back = tensorsAt(outputs);
            QCOMPARE(back.tensors.size(), model().tensors.size());
            QCOMPARE(back.metadata, model().metadata);
            for (std::size_t i = 0; i < back.tensors.size(); ++i) {
                QCOMPARE(back.tensors[i].name, model().tensors[i].name);
                QCOMPARE(back.tensors[i].array.shape(), model().tensors[i].array.shape());
            }
            QVERIFY(encode(node, calibrated(model()), settingsFor(node), 2).bytes() == stream.bytes());
        }
    }

    void wideTensorsNeedNoHessian() {
        const TensorSet set = wideModel();
        const std::vector<std::pair<NodeEntry, Settings>> all{
            {weights::awqNode(), {}},
            {weights::pruneNode(), pruning("magnitude", 0.5)},
            {weights::pruneNode(), pruning("wanda", 0.5)},
            {weights::pruneNode(), pruning("sparsegpt", 0.5)},
            {weights::pruneNode(), pruning("sparsegpt", 0.5, 2, 4)},
            {weights::kmeansNode(), smallBooks()},
            {weights::kmeansNode(), {{"index-bits", std::int64_t{3}}, {"along", std::string("outputs")}}}};
        for (const auto& [node, settings] : all) {
            const ByteSink stream = encode(node, inputs("tensors", set), settings);
            const Outputs outputs = decode(node, stream.bytes());
            const Tensor& back = tensorsAt(outputs).tensors.at(0);
            QCOMPARE(back.array.shape(), (Shape{1, 200, 300}));
            QVERIFY(relativeErrorOf(back.array.as<float>(), set.tensors[0].array.as<float>()) < 0.6);
        }
    }

    void badInputIsRefused() {
        for (const NodeEntry& node : nodes()) {
            QVERIFY(errorOf([&] {
                        encode(node, calibrated(model(), "b.weight"));
                    }).startsWith("input: The Hessians are of none of these tensors."));
            QVERIFY(errorOf([&] { encode(node, inputs("tensors", TensorSet())); }).contains("no weights"));
            TensorSet bad = model();
            bad.tensors[0] =
                tensor("a.weight", {rows, columns}, std::vector<float>(rows * columns, std::nanf("")));
            QVERIFY(errorOf([&] { encode(node, calibrated(bad)); }).contains("\"a.weight\" holds NaN"));
        }
    }

    void damagedStreamsAreRefused() {
        for (const NodeEntry& node : nodes()) {
            const ByteSink stream = encode(node, calibrated(model()), settingsFor(node));
            const auto& bytes = stream.bytes();
            for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 150)
                QVERIFY(errorOf([&] { decode(node, std::span(bytes).first(length)); }).startsWith("input: "));
        }
    }

    void hostileStreamsDecodeOrAreRefused_data() {
        QTest::addColumn<int>("node");
        QTest::addColumn<int>("runLength");
        QTest::addRow("awq") << 0 << 0;
        QTest::addRow("mask") << 1 << 0;
        QTest::addRow("runs") << 1 << 4;
        QTest::addRow("k-means") << 2 << 0;
    }
    void hostileStreamsDecodeOrAreRefused() {
        QFETCH(int, node);
        QFETCH(int, runLength);
        const NodeEntry entry = nodes().at(static_cast<std::size_t>(node));
        Settings settings = settingsFor(entry);
        if (runLength > 0) settings = pruning("wanda", 0.5, 2, runLength);
        const ByteSink stream = encode(entry, calibrated(model()), settings);
        std::vector<std::string> sections = ContainerReader(stream.bytes()).sectionNames();
        sections.emplace_back("header");
        int refused = 0;
        for (const std::string& section : sections)
            for (std::size_t byte = 0; byte < 130; ++byte) {
                const QString error = errorOf([&] { decode(entry, changed(stream, section, byte)); });
                QVERIFY2(error.isEmpty() || error.startsWith("input: "), qPrintable(error));
                if (!error.isEmpty()) ++refused;
            }
        QVERIFY(refused > 20);
    }
};

QTEST_GUILESS_MAIN(BaselinesTest)
#include "baselines_test.moc"
