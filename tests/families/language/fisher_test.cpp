// language.fisher: that it is the sum over the sequences that the seed draws, whether gradients or mean gradients are
// squared, and that what was cut off goes on.

#include "core/engine/quant/fisher.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/loss_gradients.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "plugins/language/nodes.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/families/keeping_context.h"
#include "tests/families/support.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry node = language::fisherNode();
constexpr std::int64_t length = 12;

/// A piece for each byte, in GPT-2's alphabet.
LanguageModel model() {
    ModelConfig config = engine::testing::tinyConfig();
    config.vocabulary = 256;
    LanguageModel result = engine::testing::tinyModel(config);
    result.tokenizer.splitter = "gpt-2";
    int others = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const bool isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
        const int code = isPrintable ? byte : 256 + others++;
        const std::string piece = code < 128 ? std::string(1, static_cast<char>(code))
                                             : std::string{static_cast<char>(0xc0 | code >> 6),
                                                           static_cast<char>(0x80 | (code & 63))};
        result.tokenizer.pieces.push_back(piece);
        result.tokenizer.kinds.push_back(PieceKind::Normal);
    }
    return result;
}

std::string text() {
    std::string all;
    for (int i = 0; i < 60; ++i)
        all += "word" + std::to_string(i * 7 % 23) + " ";
    return all;
}

Inputs given(const LanguageModel& decoder = model(), const std::string& read = text()) {
    Inputs all = inputs("model", decoder);
    Array bytes(DType::U8, {static_cast<std::int64_t>(read.size())});
    std::ranges::copy(std::as_bytes(std::span(read)), bytes.writableBytes().begin());
    all.add("text", std::make_shared<const TextCorpus>(TextCorpus{bytes}));
    return all;
}

Settings settings(std::int64_t sequences, std::int64_t batch = 1) {
    return {{"sequences", sequences}, {"length", length}, {"batch", batch}};
}

engine::FisherSums sumsOf(const Outputs& outputs) {
    return engine::fisherSumsFrom(tensorsAt(outputs, "fisher"));
}

/// The same by hand.
engine::FisherSums expected(std::int64_t sequences, std::int64_t batch) {
    const LanguageModel decoder = model();
    const engine::ComputeScope compute(TestContext().threads());  // other threads, other roundings
    const at::Tensor drawn = engine::drawnSequences(
        TestContext().generator(0), engine::tokenizerOf(decoder).encode(text()), sequences, length);
    engine::FisherSums sums;
    for (std::int64_t begin = 0; begin < sequences; begin += batch)
        engine::lossGradients(engine::Llama(decoder), drawn.slice(0, begin, begin + batch),
                              [&](const std::string& name, const at::Tensor& gradient) {
                                  engine::accumulate(sums[name], name, gradient);
                              });
    return sums;
}

}  // namespace

class LanguageFisherTest : public QObject {
    Q_OBJECT
  private slots:
    void itIsTheSumOverTheSequences() {
        for (const std::int64_t batch : {1, 4}) {
            const engine::FisherSums sums = sumsOf(transform(node, given(), settings(10, batch)));
            QCOMPARE(sums.size(), std::size_t{14});
            QVERIFY(sums == expected(10, batch));
            QCOMPARE(sums.begin()->second.examples, std::int64_t{batch == 1 ? 10 : 3});
        }
    }

    /// Gradients of different sequences partly cancel in their mean.
    void squaresOfMeansAreSmaller() {
        const engine::FisherSums each = sumsOf(transform(node, given(), settings(32, 1)));
        const engine::FisherSums mean = sumsOf(transform(node, given(), settings(32, 8)));
        for (const auto& [name, fisher] : each) {
            double one = 0, eight = 0;
            for (std::size_t i = 0; i < fisher.inputs.size(); ++i) {
                one += fisher.inputs[i] / 32;
                eight += mean.at(name).inputs[i] / 4;
            }
            QVERIFY(eight < one);
        }
    }

    void whatWasCutOffGoesOn() {
        KeepingContext context(1);
        const auto made = node.make();
        const auto& calibration = dynamic_cast<const ValueNode&>(*made);
        const Parameters parameters = complete(node.manifest, settings(40));
        Outputs outputs;
        int cuts = 0;
        while (errorOf([&] {
                   outputs = calibration.run(context, given(), parameters);
               }).startsWith("cancelled: "))
            context.stopAt = ++cuts + 1;
        QCOMPARE(cuts, 2);  // after 16 and 32
        QVERIFY(sumsOf(outputs) == sumsOf(transform(node, given(), settings(40))));
    }

    void itStopsWithinABlock() {
        TestContext context;
        const auto made = node.make();
        const auto& calibration = dynamic_cast<const ValueNode&>(*made);
        calibration.run(context, given(), complete(node.manifest, settings(8)));
        QVERIFY(context.checks >= 8 * 6);
    }

    void whatCanNotCalibrateIsRefused() {
        QVERIFY(
            errorOf([&] { transform(node, given(model(), "short"), settings(8)); }).contains("has 5 tokens"));
        LanguageModel silent = model();
        silent.tokenizer = {};
        QVERIFY(errorOf([&] { transform(node, given(silent), settings(8)); }).contains("has no tokenizer"));
        LanguageModel broken = model();
        for (ModelTensor& tensor : broken.tensors)
            if (tensor.name == "model.layers.1.mlp.down_proj.weight") {
                Array array(DType::F32, tensor.shape);
                array.writable<float>()[3] = std::numeric_limits<float>::quiet_NaN();
                tensor.array = array;
            }
        const QString error = errorOf([&] { transform(node, given(broken), settings(8)); });
        QVERIFY2(error.startsWith("input: The gradient by \"model.layers.1."), qPrintable(error));
    }
};

QTEST_GUILESS_MAIN(LanguageFisherTest)
#include "fisher_test.moc"
