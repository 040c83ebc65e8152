// weights.gptq, weights.spqr, weights.vptq: what decodes is what the engine says, every bit accounted for, Hessians that
// don't fit and damaged streams (of weights.bitstack too) refused.

#include "core/engine/quant/gptq.h"
#include "core/engine/quant/spqr.h"
#include "core/engine/quant/vptq.h"
#include "core/media/coding/container.h"
#include "plugins/weights/allocation_table.h"
#include "plugins/weights/level_database.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/owl.h"
#include "plugins/weights/sparse_database.h"
#include "tests/families/support.h"
#include "tests/families/weights/calibrated_model.h"
#include "tests/families/weights/stream_parts.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

std::vector<NodeEntry> nodes() {
    return {weights::gptqNode(), weights::spqrNode(), weights::vptqNode()};
}

std::vector<NodeEntry> nodesWithStreams() {
    std::vector<NodeEntry> all = nodes();
    all.push_back(weights::bitstackNode());
    return all;
}

Settings smallBooks() {
    return {{"index-bits", std::int64_t{5}}, {"residual-bits", std::int64_t{3}}};
}

}  // namespace

class CalibratedTest : public QObject {
    Q_OBJECT
  private slots:
    void gptqStoresWhatTheEngineGives_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("actOrder");
        QTest::addColumn<bool>("staticGroups");
        QTest::addColumn<bool>("symmetric");
        for (const int bits : {1, 3, 4, 8})
            for (int flags = 0; flags < 8; ++flags)
                QTest::addRow("%d bits, %d", bits, flags)
                    << bits << bool(flags & 1) << bool(flags & 2) << bool(flags & 4);
    }
    void gptqStoresWhatTheEngineGives() {
        QFETCH(int, bits);
        QFETCH(bool, actOrder);
        QFETCH(bool, staticGroups);
        QFETCH(bool, symmetric);
        const TensorSet set{"", {model().tensors[0]}, {}};
        const ByteSink stream = encode(weights::gptqNode(), calibrated(set),
                                       {{"bits", std::int64_t{bits}},
                                        {"group-size", std::int64_t{16}},
                                        {"act-order", actOrder},
                                        {"static-groups", staticGroups},
                                        {"symmetric", symmetric}});
        const engine::GridShape grid{bits, symmetric};
        const auto factor = engine::factorInverse("a", hessian().values, {0.01, actOrder});
        const auto exact = engine::gptq("a", matrixOfWeights(), factor, {grid, 16, staticGroups, false});
        QCOMPARE(decodedWeights(weights::gptqNode(), stream), exact.weights.values);
        QCOMPARE(searchedBits(stream.ledger()), engine::storedBits(exact, grid));
        QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
    }

    void gptqSearchesRanges() {
        const TensorSet set{"", {model().tensors[0]}, {}};
        const Settings whole{{"group-size", std::int64_t{16}}, {"bits", std::int64_t{3}}};
        Settings searched = whole;
        searched["search-ranges"] = true;
        const ByteSink stream = encode(weights::gptqNode(), calibrated(set), searched);
        const auto factor = engine::factorInverse("a", hessian().values, {0.01, true});
        const auto exact = engine::gptq("a", matrixOfWeights(), factor, {{3, false}, 16, false, true});
        QCOMPARE(decodedWeights(weights::gptqNode(), stream), exact.weights.values);
        QVERIFY(encode(weights::gptqNode(), calibrated(set), whole).bytes() != stream.bytes());
    }

    void spqrStoresWhatTheEngineGives() {
        const TensorSet set{"", {model().tensors[0]}, {}};
        for (const std::int64_t statistics : {0, 3})
            for (const bool outliers : {false, true}) {
                const ByteSink stream =
                    encode(weights::spqrNode(), calibrated(set),
                           {{"statistics-bits", statistics}, {"outliers", outliers}, {"threshold", 0.3}});
                const engine::SpqrSettings chosen{
                    .scaleBits = static_cast<int>(statistics),
                    .zeroBits = static_cast<int>(statistics),
                    .threshold = outliers ? 0.3 : std::numeric_limits<double>::infinity()};
                const auto factor = engine::factorInverse("a", hessian().values, {0.01, true});
                const auto exact = engine::spqr("a", matrixOfWeights(), factor, chosen);
                QCOMPARE(decodedWeights(weights::spqrNode(), stream), exact.weights.values);
                const engine::SpqrBits bits = engine::storedBits(exact.stored, chosen);
                QCOMPARE(searchedBits(stream.ledger()), bits.total());
                QCOMPARE(bitsOf(stream.ledger(), "outliers"), 32 * exact.stored.outlierValues.size());
                QCOMPARE(exact.stored.outlierValues.empty(), !outliers);
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            }
    }

    void vptqStoresWhatTheEngineGives() {
        const TensorSet set{"", {model().tensors[0]}, {}};
        for (const bool normalise : {false, true})
            for (const double outliers : {0.0, 5.0}) {
                Settings changed = smallBooks();
                changed["normalise"] = normalise;
                changed["outlier-percent"] = outliers;
                changed["outlier-index-bits"] = std::int64_t{4};
                const ByteSink stream = encode(weights::vptqNode(), calibrated(set), changed);
                const engine::VptqSettings chosen{.centroids = 32,
                                                  .residualCentroids = 8,
                                                  .outlierShare = outliers / 100,
                                                  .outlierCentroids = 16,
                                                  .normalise = normalise};
                const auto exact = engine::vptq("a", matrixOfWeights(), hessian().values, chosen);
                QCOMPARE(decodedWeights(weights::vptqNode(), stream), exact.weights.values);
                const auto geometry = bitsOf(stream.ledger(), "geometry");
                QCOMPARE(searchedBits(stream.ledger()), engine::storedBits(exact.stored).total() + geometry);
                QVERIFY(geometry <= 8 * 11);
                QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            }
    }

    void vptqSaysWhereThereAreFewerCodewords() {
        const auto lines = [](const Settings& changed) {
            TestContext context;
            ByteSink stream;
            const NodeEntry entry = weights::vptqNode();
            const auto made = entry.make();
            dynamic_cast<const CodecNode&>(*made).encode(context, calibrated({"", {model().tensors[0]}, {}}),
                                                         complete(entry.manifest, changed), stream);
            return context.lines;
        };
        // 72 columns of 13 vectors; of 4 outlier columns, 52, which have no residual.
        const std::string fewer = "\"a.weight\" has fewer vectors than ";
        QCOMPARE(lines(smallBooks()), std::vector<std::string>());
        QCOMPARE(lines({{"index-bits", std::int64_t{5}}, {"residual-bits", std::int64_t{10}}}),
                 std::vector<std::string>{
                     fewer + "residual codewords were asked for: it has 936 residual codewords."});
        QCOMPARE(lines({{"index-bits", std::int64_t{10}}}),
                 std::vector<std::string>{fewer + "codewords were asked for: it has 936 codewords."});
        QCOMPARE(lines({{"index-bits", std::int64_t{5}},
                        {"residual-bits", std::int64_t{3}},
                        {"outlier-percent", 5.0},
                        {"outlier-index-bits", std::int64_t{6}}}),
                 std::vector<std::string>{fewer + "codewords were asked for: it has 52 codewords."});
    }

    void wholeModelsComeBack() {
        for (const NodeEntry& node : nodesWithStreams()) {
            const ByteSink stream = encode(node, calibrated(model()));
            const Outputs outputs = decode(node, stream.bytes());
            const TensorSet& back = tensorsAt(outputs);
            QCOMPARE(back.tensors.size(), model().tensors.size());
            QCOMPARE(back.metadata, model().metadata);
            for (std::size_t i = 0; i < back.tensors.size(); ++i) {
                QCOMPARE(back.tensors[i].name, model().tensors[i].name);
                QCOMPARE(back.tensors[i].array.shape(), model().tensors[i].array.shape());
                const auto before = model().tensors[i].array, after = back.tensors[i].array;
                for (std::int64_t j = 0; j < after.size(); ++j)
                    QVERIFY(std::abs(before.as<float>()[static_cast<std::size_t>(j)] -
                                     after.as<float>()[static_cast<std::size_t>(j)]) < 0.4F);
            }
            QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            QVERIFY(encode(node, calibrated(model()), {}, 2).bytes() == stream.bytes());
        }
    }

    void layersSayWhatDecodes() {
        for (const NodeEntry& node : nodes()) {
            TestContext context;
            ByteSink stream;
            const auto made = node.make();
            dynamic_cast<const CodecNode&>(*made).encode(context, calibrated(model()),
                                                         complete(node.manifest), stream);
            const Table& layers = context.tables.at("layers");
            QCOMPARE(std::get<std::vector<std::string>>(layers.column("tensor")->cells),
                     (std::vector<std::string>{"a.weight", "kernel"}));
            std::uint64_t bits = 0;
            for (const std::int64_t each : std::get<std::vector<std::int64_t>>(layers.column("bits")->cells))
                bits += static_cast<std::uint64_t>(each);
            const std::uint64_t searched = searchedBits(stream.ledger());
            QVERIFY2(bits <= searched && searched - bits < 64, node.manifest.id.c_str());
            // tr(ΔHΔᵀ) and tr(WHWᵀ) in double precision.
            const engine::Hessian inputsOf = hessian();
            const Array given = model().tensors[0].array;
            const auto before = given.as<float>();
            const std::vector<float> after = decodedWeights(node, stream);
            double squares = 0, energy = 0, loss = 0, whole = 0;
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t i = 0; i < columns; ++i) {
                    const std::size_t at = row * columns + i;
                    squares += std::pow(after[at] - before[at], 2);
                    energy += std::pow(before[at], 2);
                    for (std::size_t j = 0; j < columns; ++j) {
                        const std::size_t other = row * columns + j;
                        const double h = inputsOf.values.values[i * columns + j];
                        loss += h * (after[at] - before[at]) * (after[other] - before[other]);
                        whole += h * before[at] * before[other];
                    }
                }
            const auto value = [&](const char* column) {
                return std::get<std::vector<double>>(layers.column(column)->cells).at(0);
            };
            QVERIFY(std::abs(value("error") / std::sqrt(squares / energy) - 1) < 1e-6);
            QVERIFY(std::abs(value("output-error") / std::sqrt(loss / whole) - 1) < 1e-8);
            // The kernel has no Hessian.
            QVERIFY(std::isnan(std::get<std::vector<double>>(layers.column("output-error")->cells).at(1)));
        }
    }

    void withoutHessiansGptqIsRoundToNearest() {
        const Settings groups{{"group-size", std::int64_t{16}}};
        const ByteSink nearest = encode(weights::rtnNode(), inputs("tensors", model()), groups);
        const ByteSink ours = encode(weights::gptqNode(), inputs("tensors", model()), groups);
        QCOMPARE(decodedWeights(weights::gptqNode(), ours), decodedWeights(weights::rtnNode(), nearest));
    }

    void wideTensorsNeedNoHessian() {
        const TensorSet set = wideModel();
        for (const NodeEntry& node : nodes()) {
            const bool isVptq = node.manifest.id == "weights.vptq";
            const ByteSink stream = encode(node, inputs("tensors", set),
                                           isVptq ? Settings{{"index-bits", std::int64_t{3}}} : Settings());
            const Outputs outputs = decode(node, stream.bytes());
            const Tensor& back = tensorsAt(outputs).tensors.at(0);
            QCOMPARE(back.array.shape(), (Shape{1, 200, 300}));
            QVERIFY(relativeErrorOf(back.array.as<float>(), set.tensors[0].array.as<float>()) < 0.3);
        }
    }

    void wideTensorsNeedNoHessianInDatabases() {
        const TensorSet set = wideModel();
        const std::string name = set.tensors[0].name;
        const auto given = set.tensors[0].array.as<float>();
        TestContext context;
        const weights::Calibration calibration(nullptr, set);
        const weights::CalibratedTensor wide = calibration.calibrated(set.tensors[0]);
        QVERIFY(!wide.hessian);
        double energy = 0;
        for (const float weight : given)
            energy += std::pow(weight, 2);
        QVERIFY(std::abs(weights::outputEnergy(wide, wide.weights).all / energy - 1) < 1e-9);
        QCOMPARE(weights::outputEnergy(wide, wide.weights).lost, 0.0);
        const weights::PackedUnit widths = weights::packedUnit(context, wide, {});
        QVERIFY(relativeErrorOf(weights::weightsAt(widths, weights::levelCount - 1).values, given) < 0.02);
        const weights::SparseUnit sparse = weights::sparseUnit(context, wide, {.step = 100, .mostLevel = 1});
        QCOMPARE(sparse.levels.size(), std::size_t{3});
        QCOMPARE(weights::owlSparsities({&set.tensors[0]}, calibration, {}), std::vector<double>{0.5});
        for (const auto& [kind, value] :
             {std::pair{weights::AllocationKind::Bits, 3}, {weights::AllocationKind::Sparsity, 30000}}) {
            Inputs all = inputs("tensors", set);
            all.add("allocation",
                    std::make_shared<const Table>(weights::allocationTable(kind, {{name, value, 0, 0}})));
            const ByteSink stream = encode(weights::evoPressNode(), all);
            QVERIFY(relativeErrorOf(decodedWeights(weights::evoPressNode(), stream), given) < 0.5);
        }
    }

    void hessiansThatDoNotFitAreRefused() {
        for (const NodeEntry& node : nodes()) {
            QVERIFY(errorOf([&] {
                        encode(node, calibrated(model(), "b.weight"));
                    }).startsWith("input: The Hessians are of none of these tensors."));
            QVERIFY(errorOf([&] {
                        encode(node, calibrated(model(), "kernel"));
                    }).contains("is of 72 inputs, the tensor has 12"));
            Inputs other = inputs("tensors", model());
            other.add("hessians", std::make_shared<const TensorSet>(model()));
            QVERIFY(errorOf([&] { encode(node, other); }).startsWith("input: "));
            QVERIFY(errorOf([&] { encode(node, inputs("tensors", TensorSet())); }).contains("no weights"));
            TensorSet bad = model();
            std::vector<float> values(rows * columns, std::nanf(""));
            bad.tensors[0] = tensor("a.weight", {rows, columns}, values);
            QVERIFY(errorOf([&] { encode(node, calibrated(bad)); }).contains("\"a.weight\" holds NaN"));
        }
        QVERIFY(errorOf([&] {
                    encode(weights::gptqNode(), calibrated(model()), {{"group-size", std::int64_t{4}}});
                }).startsWith("usage: "));
    }

    void damagedStreamsAreRefused() {
        for (const NodeEntry& node : nodesWithStreams()) {
            const bool isVptq = node.manifest.id == "weights.vptq";
            const ByteSink stream = encode(node, calibrated(model()), isVptq ? smallBooks() : Settings());
            const auto& bytes = stream.bytes();
            for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 150)
                QVERIFY(errorOf([&] { decode(node, std::span(bytes).first(length)); }).startsWith("input: "));
            for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 400) {
                std::vector<std::byte> flipped = bytes;
                flipped[i] ^= std::byte{static_cast<std::uint8_t>(1 << i % 8)};
                QVERIFY(errorOf([&] { decode(node, flipped); }).startsWith("input: "));
            }
        }
    }

    void aLoneCodewordIsOfOneVector() {
        const std::vector<float> values{0.5F, -1.0F, 2.0F};
        const TensorSet thin{"", {tensor("w", {3, 1}, values)}, {}};
        const ByteSink stream = encode(weights::vptqNode(), inputs("tensors", thin));
        QCOMPARE(bitsOf(stream.ledger(), "indices"), std::uint64_t{0});
        QCOMPARE(decodedWeights(weights::vptqNode(), stream), values);
        // Two columns with a codeword of 16 rows each, of matrices with as many rows and with one more.
        for (const std::int64_t outputs : {16, 17}) {
            ContainerWriter container("weights.vptq", 1);
            container.header().u8(0);
            putListOf(container.header(), {outputs, 2});
            FieldWriter geometry;
            for (const std::uint64_t field : {2, 1, 16, 1, 0, 1, 16, 1, 0})
                geometry.varint(field);
            container.addSection("geometry", geometry.bytes());
            container.addSection("codebooks", std::vector<std::byte>(2 * 16 * 2));
            for (const char* section : {"indices", "norms", "permutation", "kept"})
                container.addSection(section, std::vector<std::byte>());
            ByteSink sink;
            container.finish(sink);
            const QString error = errorOf([&] { decode(weights::vptqNode(), sink.bytes()); });
            QCOMPARE(error.isEmpty(), outputs == 16);
            QVERIFY(error.isEmpty() || error.startsWith("input: The stream of weights.vptq is damaged"));
        }
    }

    void hostileStreamsDecodeOrAreRefused() {
        for (const NodeEntry& node : nodesWithStreams()) {
            const bool isVptq = node.manifest.id == "weights.vptq";
            const ByteSink stream = encode(node, calibrated(model()), isVptq ? smallBooks() : Settings());
            std::vector<std::string> sections = ContainerReader(stream.bytes()).sectionNames();
            sections.emplace_back("header");
            int refused = 0;
            for (const std::string& section : sections)
                for (std::size_t byte = 0; byte < 130; ++byte) {
                    const auto bytes = changed(stream, section, byte);
                    const QString error = errorOf([&] { decode(node, bytes); });
                    QVERIFY2(error.isEmpty() || error.startsWith("input: "), qPrintable(error));
                    if (!error.isEmpty()) ++refused;
                }
            QVERIFY(refused > 50);
        }
    }
};

QTEST_GUILESS_MAIN(CalibratedTest)
#include "calibrated_test.moc"
