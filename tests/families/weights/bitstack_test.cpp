// weights.bitstack: every bit accounted for, one artefact cut to any budget, order and calibration, encodes that go on
// where they were stopped.

#include "core/engine/quant/bitstack.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/llama.h"
#include "core/media/assets/text_file.h"
#include "core/media/coding/container.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/bitstack_calibration.h"
#include "plugins/weights/bitstack_stream.h"
#include "plugins/weights/nodes.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/families/keeping_context.h"
#include "tests/families/weights/bitstack_cut.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <set>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Tensor tensor(const std::string& name, Shape shape, unsigned seed, float strength = 1) {
    Array array(DType::F32, std::move(shape));
    std::mt19937 random(seed);
    std::normal_distribution<float> draw(0, strength);
    std::ranges::generate(array.writable<float>(), [&] { return draw(random); });
    return {name, array};
}

/// Four matrices of several shapes, one with signs that fill no whole bytes, and what is kept.
TensorSet model() {
    return {"",
            {tensor("a", {48, 40}, 1),
             tensor("a.bias", {40}, 2),
             tensor("b", {21, 13}, 3, 3),
             tensor("kernel", {8, 3, 3, 3}, 4),
             {"none", Array(DType::F32, {0, 4})},
             tensor("c", {1, 64}, 5)},
            {{"format", "pt"}}};
}

std::vector<engine::BitstackShape> shapes(std::int64_t rank = 1, bool signs = true) {
    return {engine::bitstackShape(48, 40, rank, signs), engine::bitstackShape(21, 13, rank, signs),
            engine::bitstackShape(8, 27, rank, signs), engine::bitstackShape(1, 64, rank, signs)};
}

std::uint64_t searchedBits(const Ledger& ledger) {
    std::uint64_t bits = 0;
    for (const Part& part : ledger.parts)
        if (part.searched) bits += part.bits;
    return bits;
}

double squaredError(std::span<const std::byte> stream, const TensorSet& set) {
    const Outputs outputs = decode(node(), stream);
    const TensorSet& back = tensorsAt(outputs);
    double sum = 0;
    for (std::size_t i = 0; i < set.tensors.size(); ++i) {
        const auto before = set.tensors[i].array.as<float>(), after = back.tensors[i].array.as<float>();
        for (std::size_t j = 0; j < before.size(); ++j)
            sum += std::pow(double(before[j]) - double(after[j]), 2);
    }
    return sum;
}

/// Each further block's stack, as the section says.
std::vector<std::size_t> orderIn(const ByteSink& stream) {
    const ContainerReader container(stream.bytes());
    std::vector<std::size_t> order;
    BitReader reader(container.section("order"));
    while (reader.left() > 0)
        order.push_back(reader.get(16));
    return order;
}

/// A decoder that reads the letters a … s, and text for it.
LanguageModel decoder() {
    LanguageModel model = engine::testing::tinyModel(engine::testing::tinyConfig());
    model.tokenizer.splitter = "gpt-2";
    for (char letter = 'a'; letter < 'a' + 19; ++letter) {
        model.tokenizer.pieces.emplace_back(1, letter);
        model.tokenizer.kinds.push_back(PieceKind::Normal);
    }
    return model;
}

Inputs calibrated(const std::string& text = {}, const LanguageModel& model = decoder()) {
    std::string letters = text;
    for (int i = 0; text.empty() && i < 500; ++i)
        letters += char('a' + (i * i + i / 7) % 19);
    const auto owner = std::make_shared<const std::string>(letters);
    Inputs all = inputs("tensors", model);
    all.add("text", std::make_shared<const TextCorpus>(
                        decodeText(std::as_bytes(std::span(*owner)), owner, "letters")));
    return all;
}

Settings fewSequences(Settings more = {}) {
    more.merge(Settings{{"blocks", std::int64_t{4}},
                        {"sequences", std::int64_t{3}},
                        {"score-sequences", std::int64_t{2}},
                        {"length", std::int64_t{24}}});
    return more;
}

LanguageModel decoderOf(DType type) {
    LanguageModel model = decoder();
    for (ModelTensor& tensor : model.tensors)
        tensor.array = fromFloat32(tensor.array, type);
    return model;
}

weights::ScaledTensors scalesOf(const LanguageModel& model) {
    TestContext context;
    const Inputs given = calibrated({}, model);
    return weights::BitstackCalibration(context, given, 24).scales(3);
}

at::Tensor logitsOf(const LanguageModel& model) {
    const engine::ComputeScope threads(1);
    const engine::Llama decoder(model);
    const at::Tensor ids = at::arange(24, at::kLong).mul(7).remainder(19).view({1, 24});
    return decoder.logits(decoder.hidden(ids));
}

ByteSink encodeIn(Context& context, const Inputs& given, const Settings& settings) {
    ByteSink sink;
    const auto made = node().make();
    dynamic_cast<const CodecNode&>(*made).encode(context, given, complete(node().manifest, settings), sink);
    return sink;
}

}  // namespace

class BitstackNodeTest : public QObject {
    Q_OBJECT
  private slots:
    void everyBitIsAccountedFor_data() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("rank");
        QTest::addColumn<bool>("signs");
        for (const bool signs : {true, false})
            for (const auto& [blocks, rank] : std::vector<std::pair<int, int>>{{1, 1}, {5, 0}, {3, 4}})
                QTest::addRow("%d, %d, %d", blocks, rank, int(signs)) << blocks << rank << signs;
    }
    void everyBitIsAccountedFor() {
        QFETCH(int, blocks);
        QFETCH(int, rank);
        QFETCH(bool, signs);
        const ByteSink stream = encode(node(), inputs("tensors", model()),
                                       {{"blocks", std::int64_t{blocks}},
                                        {"rank", std::int64_t{rank}},
                                        {"signs", signs},
                                        {"sort", std::string("energy")}});
        std::uint64_t signBits = 0, padding = 0, factors = 0;
        for (const engine::BitstackShape& shape : shapes(rank, signs)) {
            const auto weights = std::uint64_t(shape.rows * shape.columns);
            if (signs) signBits += weights;
            if (signs) padding += (8 - weights % 8) % 8;
            factors += std::uint64_t(16 * shape.rank * (shape.rows + shape.columns));
        }
        const auto height = std::uint64_t(blocks);
        QCOMPARE(bitsOf(stream.ledger(), "signs"), height * signBits);
        QCOMPARE(bitsOf(stream.ledger(), "padding"), height * padding);
        QCOMPARE(bitsOf(stream.ledger(), "factors"), height * factors);
        QCOMPARE(bitsOf(stream.ledger(), "order"), 16 * 4 * (height - 1));
        QCOMPARE(bitsOf(stream.ledger(), "kept"), std::uint64_t(16 * 40));
        // Zeros up to a byte border are no tensor's, as everywhere (BitWriter).
        QCOMPARE(searchedBits(stream.ledger()), height * (signBits + factors) + 16 * 4 * (height - 1));
        QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
    }

    void decodesToTheSumOfTheBlocks() {
        const ByteSink stream = encode(node(), inputs("tensors", model()), {{"blocks", std::int64_t{3}}});
        const Outputs outputs = decode(node(), stream.bytes(), {}, 2);
        const TensorSet& back = tensorsAt(outputs);
        QCOMPARE(back.metadata, model().metadata);
        for (const std::size_t i : {0, 2, 3, 5}) {
            const Tensor before = model().tensors[i];
            QCOMPARE(back.tensors[i].array.shape(), before.array.shape());
            const std::int64_t rows = before.array.shape()[0];
            engine::Matrix<float> matrix(rows, before.array.size() / rows), sum = matrix;
            std::ranges::copy(before.array.as<float>(), matrix.values.begin());
            const auto stack = engine::bitstack("w", matrix, {.blocks = 3});
            for (const engine::BitstackBlock& block : stack.blocks)
                engine::addBlock(sum, stack.shape, block);
            QVERIFY(std::ranges::equal(back.tensors[i].array.as<float>(), sum.values));
        }
        QCOMPARE(back.tensors[4].array.shape(), (Shape{0, 4}));
    }

    void wholeBudgetsKeepTheArtefactAsItIs() {
        const ByteSink whole = encode(node(), inputs("tensors", model()));
        for (const double budget : {0.0, double(whole.bytes().size()) / mebibyte, 100.0}) {
            const ByteSink cut = cutTo(whole.bytes(), budget);
            QVERIFY(cut.bytes() == whole.bytes());
            QCOMPARE(cut.ledger(), whole.ledger());
        }
    }

    /// For every prefix of the order: sizes, ledger, nesting, heights and error.
    void oneArtefactHoldsTheWholeLine() {
        const ByteSink whole = encode(node(), inputs("tensors", model()), {{"sort", std::string("energy")}});
        ByteSource source(whole.bytes());
        const weights::BitstackReader reader(source);
        const std::vector<std::size_t> order = orderIn(whole);
        QCOMPARE(reader.furtherBlocks(), order.size());
        QCOMPARE(order.size(), std::size_t(4 * 7));
        std::vector<int> heights(4, 1);
        std::uint64_t bitsBefore = 0;
        double errorBefore = 1e30, errorFirst = 0;
        for (std::size_t blocks = 0; blocks <= order.size(); ++blocks) {
            const std::uint64_t size = reader.sizeWith(blocks);
            const ByteSink cut = cutTo(whole.bytes(), double(size) / mebibyte);
            QCOMPARE(cut.bytes().size(), size);
            QCOMPARE(cut.ledger().bits(), 8 * size);
            QVERIFY(std::ranges::equal(orderIn(cut), std::span(order).first(blocks)));
            // A byte less, and it is the one before.
            if (blocks > 0)
                QCOMPARE(cutTo(whole.bytes(), double(size - 1) / mebibyte).bytes().size(),
                         reader.sizeWith(blocks - 1));
            QVERIFY(cutTo(cut.bytes(), 0).bytes() == cut.bytes());
            if (blocks > 0) {
                const engine::BitstackShape shape = shapes(0)[order[blocks - 1]];
                QCOMPARE(searchedBits(cut.ledger()) - bitsBefore,
                         std::uint64_t(shape.signCount() + 16 * shape.factorCount() + 16));
                ++heights[order[blocks - 1]];
            }
            bitsBefore = searchedBits(cut.ledger());
            const auto [least, most] = std::ranges::minmax(heights);
            QVERIFY(most - least <= 1);
            const double error = squaredError(cut.bytes(), model());
            QVERIFY(error <= errorBefore * (1 + 1e-6));
            errorBefore = error;
            if (blocks == 0) errorFirst = error;
        }
        QVERIFY(errorBefore < 0.1 * errorFirst);
    }

    void budgetsBelowTheLeastModelAreRefused() {
        const ByteSink whole = encode(node(), inputs("tensors", model()));
        ByteSource source(whole.bytes());
        const auto least = double(weights::BitstackReader(source).sizeWith(0));
        const QString error = errorOf([&] { cutTo(whole.bytes(), (least - 1) / mebibyte); });
        QVERIFY2(error.startsWith("usage: The budget of"), qPrintable(error));
        // What it tells to set is enough.
        const double told = error.section("Set max-memory to ", 1).section(' ', 0, 0).toDouble();
        QVERIFY(told * mebibyte >= least && told * mebibyte < least + 300);
        QVERIFY(cutTo(whole.bytes(), told).bytes().size() <= told * mebibyte);
    }

    void roundRobinIsTheFilesOrder() {
        const ByteSink stream = encode(node(), inputs("tensors", model()),
                                       {{"sort", std::string("round-robin")}, {"blocks", std::int64_t{3}}});
        QCOMPARE(orderIn(stream), (std::vector<std::size_t>{0, 1, 2, 3, 0, 1, 2, 3}));
    }

    void withoutATextPerplexityMeansEnergy() {
        TestContext context;
        const ByteSink stream = encodeIn(context, inputs("tensors", model()), {});
        QCOMPARE(context.lines.size(), std::size_t(1));
        QVERIFY(stream.bytes() ==
                encode(node(), inputs("tensors", model()), {{"sort", std::string("energy")}}).bytes());
    }

    void textsCalibrateDecoders() {
        TestContext context;
        const ByteSink scaled = encodeIn(context, calibrated(), fewSequences());
        QVERIFY(context.lines.empty());
        QVERIFY(encodeIn(context, calibrated(), fewSequences()).bytes() == scaled.bytes());
        context.seed = 8;
        QVERIFY(encodeIn(context, calibrated(), fewSequences()).bytes() != scaled.bytes());
        const ByteSink plain = encode(node(), calibrated(), fewSequences({{"scale", false}}));
        QCOMPARE(scaled.bytes().size(), plain.bytes().size());
        // Scales are folded: the tensors are others, norms included, and it is a model still.
        const Outputs outputs = decode(node(), scaled.bytes());
        const auto back = asLanguageModel(outputs.at("tensors"));
        const auto before = decoder();
        for (const char* norm : {"input_layernorm", "post_attention_layernorm"}) {
            const std::string name = std::string("model.layers.0.") + norm + ".weight";
            QVERIFY(std::abs(back->tensor(name)->array.as<float>()[0]) <
                    0.9F * std::abs(before.tensor(name)->array.as<float>()[0]));
        }
        QVERIFY(squaredError(plain.bytes(), tensorsOf(before)) <
                0.01 * squaredError(scaled.bytes(), tensorsOf(before)));
        std::set<std::size_t> first;
        for (std::size_t i = 0; i < 14; ++i)
            first.insert(orderIn(scaled)[i]);
        QCOMPARE(first.size(), std::size_t(14));
    }

    /// One number a column, whatever the type of the weights was.
    void scalesAreNotRoundedToTheTypeOfTheWeights() {
        for (const DType type : {DType::F16, DType::BF16}) {
            const LanguageModel model = decoderOf(type);
            const weights::ScaledTensors scales = scalesOf(model);
            for (const Tensor& tensor : tensorsOf(model).tensors) {
                if (!tensor.name.ends_with("q_proj.weight")) continue;
                const Array before = toFloat32(tensor.array), after = scales.searched(tensor);
                QVERIFY(after.type() == DType::F32);
                const auto from = before.as<float>(), to = after.as<float>();
                for (std::size_t i = 16; i < from.size(); ++i) {
                    const double first = double(to[i % 16]) / double(from[i % 16]);
                    QVERIFY(std::abs(double(to[i]) / double(from[i]) / first - 1) < 1e-6);
                }
                QVERIFY(std::abs(to[0] / from[0] - 1) > 0.1F);
            }
        }
    }

    /// Norms are kept in the type that they have, and each of them is rounded by that.
    void scalesLeaveTheLogitsOfHalvesAsTheyWere() {
        const std::pair<DType, double> bounds[] = {
            {DType::F32, 1e-4}, {DType::F16, 8 * 0x1p-11}, {DType::BF16, 8 * 0x1p-8}};
        for (const auto& [type, bound] : bounds) {
            const LanguageModel model = decoderOf(type);
            const weights::ScaledTensors scales = scalesOf(model);
            TensorSet set = tensorsOf(model);
            const Searched isSearched(set);
            for (Tensor& tensor : set.tensors)
                tensor.array = isSearched(tensor) ? scales.searched(tensor) : scales.kept(tensor);
            const at::Tensor before = logitsOf(model), after = logitsOf(languageModelOf(set));
            const double difference =
                after.sub(before).abs().max().item<double>() / before.abs().max().item<double>();
            QVERIFY2(difference < bound, qPrintable(QString::number(difference)));
        }
    }

    /// An input that is always zero has the least scale, 0.001: what makes it becomes a thousand times larger.
    void scalesThatMakeTooMuchAreRefused() {
        LanguageModel model = decoder();
        for (ModelTensor& tensor : model.tensors) {
            if (tensor.name == "model.embed_tokens.weight")
                for (std::size_t token = 0; token < 19; ++token)
                    tensor.array.writable<float>()[16 * token] = 0;
            if (tensor.name == "model.layers.0.input_layernorm.weight")
                tensor.array.writable<float>()[0] = 100;
        }
        const QString error = errorOf([&] { encode(node(), calibrated({}, model), fewSequences()); });
        QVERIFY2(error.startsWith("input: ") && error.contains("model.layers.0.input_layernorm.weight") &&
                     error.contains("Set scale to false"),
                 qPrintable(error));
        QVERIFY(!encode(node(), calibrated({}, model), fewSequences({{"scale", false}})).bytes().empty());
    }

    void whatCannotBeCalibratedIsRefused() {
        Inputs other = inputs("tensors", model());
        other.add("text", calibrated().one("text"));
        QVERIFY(
            errorOf([&] { encode(node(), other); }).startsWith("input: These tensors are no language model"));
        QVERIFY(errorOf([&] {
                    encode(node(), calibrated("abc"), fewSequences());
                }).startsWith("input: The calibration text has 3 tokens"));
        QVERIFY(errorOf([&] { encode(node(), inputs("tensors", TensorSet())); }).contains("no weights"));
        TensorSet bad = model();
        bad.tensors[2].array.writable<float>()[7] = std::nanf("");
        QVERIFY(errorOf([&] { encode(node(), inputs("tensors", bad)); }).contains("\"b\" holds NaN"));
    }

    /// Stopped behind each of its checkpoints in turn, it comes to the same and does not begin anew.
    void encodesGoOnWhereTheyWereStopped() {
        KeepingContext whole;
        const ByteSink expected =
            encodeIn(whole, calibrated(), fewSequences({{"sequences", std::int64_t{9}}}));
        QVERIFY(whole.saves > 14 + 3 * 2);
        for (int stop = 1; stop <= whole.saves; stop += stop < 3 ? 1 : 4) {
            KeepingContext context(stop);
            QVERIFY(errorOf([&] {
                        encodeIn(context, calibrated(), fewSequences({{"sequences", std::int64_t{9}}}));
                    }).startsWith("cancelled"));
            const ByteSink stream =
                encodeIn(context, calibrated(), fewSequences({{"sequences", std::int64_t{9}}}));
            QVERIFY(stream.bytes() == expected.bytes());
            QVERIFY(context.loads > 0);
            QCOMPARE(context.saves, whole.saves);
        }
    }

    void streamsThatBreakTheOrderAreRefused() {
        const ByteSink stream = encode(node(), inputs("tensors", model()), {{"blocks", std::int64_t{2}}});
        const ContainerReader reader(stream.bytes());
        const auto withOrder = [&](const std::vector<std::uint8_t>& order) {
            ContainerWriter writer(reader.nodeId(), reader.nodeVersion());
            FieldReader header = reader.header();
            writer.header().raw(header.raw(header.left()));
            for (const std::string& name : reader.sectionNames())
                writer.addSection(name,
                                  name == "order" ? std::as_bytes(std::span(order)) : reader.section(name));
            ByteSink sink;
            writer.finish(sink);
            return errorOf([&] { decode(node(), sink.bytes()); });
        };
        for (const std::vector<std::uint8_t>& bad : std::vector<std::vector<std::uint8_t>>{
                 {0, 0, 0, 1, 0, 1, 0, 3},               // one twice
                 {0, 0, 0, 1, 0, 2, 0, 4},               // none of that number
                 {0, 0, 0, 1, 0, 2, 0},                  // half an entry
                 {0, 0, 0, 1, 0, 2},                     // blocks that nobody loads
                 {0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0, 1}})  // blocks that are not there
            QVERIFY2(withOrder(bad).startsWith("input: The stream of weights.bitstack is damaged"),
                     qPrintable(withOrder(bad)));
        QVERIFY(orderIn(stream).size() == 4);
    }
};

QTEST_GUILESS_MAIN(BitstackNodeTest)
#include "bitstack_test.moc"
