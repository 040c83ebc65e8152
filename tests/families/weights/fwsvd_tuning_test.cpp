// Fine-tuning of weights.fwsvd: the loss falls at the same bits, nothing else changes, a run that was cut off goes on as
// if undisturbed, what makes no training is refused.

#include "plugins/weights/fwsvd_tuning.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/loss_gradients.h"
#include "core/engine/llm/texts.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"
#include "tests/families/keeping_context.h"
#include "tests/families/support.h"
#include "tests/families/weights/tiny_language_model.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry node = weights::fwsvdNode();

Inputs given() {
    Inputs all;
    all.add("tensors", std::make_shared<const LanguageModel>(tiny()));
    all.add("text", someText());
    return all;
}

Settings tuned(std::int64_t steps, Settings more = {}) {
    Settings all{{"ratio", 0.4},
                 {"finetune-steps", steps},
                 {"learning-rate", 3e-3},
                 {"batch", std::int64_t{4}},
                 {"sequences", std::int64_t{16}},
                 {"length", std::int64_t{32}}};
    for (const auto& [id, value] : more)
        all[id] = value;
    return all;
}

ByteSink encodedIn(Context& context, const Settings& settings) {
    const auto made = node.make();
    ByteSink sink;
    dynamic_cast<const CodecNode&>(*made).encode(context, given(), complete(node.manifest, settings), sink);
    return sink;
}

/// Mean of −log p over the first 512 tokens of the text.
double lossOf(const TensorSet& set) {
    const engine::ComputeScope threads(1);
    const LanguageModel model = languageModelOf(set);
    Inputs text;
    text.add("text", someText());
    const auto ids =
        engine::tokenizerOf(model).encode(engine::joinedTexts(text.all("text"), "The test reads"));
    at::Tensor windows = at::empty({16, 32}, at::kLong);
    for (std::int64_t i = 0; i < 512; ++i)
        windows.flatten()[i] = static_cast<std::int64_t>(ids.at(static_cast<std::size_t>(i)));
    return engine::lossGradients(engine::Llama(model), windows, [](const auto&, const auto&) {});
}

}  // namespace

class FwsvdTuningTest : public QObject {
    Q_OBJECT
  private slots:
    void trainingLowersTheLossAtTheSameBits() {
        const ByteSink plain = encode(node, given(), tuned(0)), trained = encode(node, given(), tuned(40));
        QCOMPARE(trained.bytes().size(), plain.bytes().size());
        QCOMPARE(trained.ledger().bits(), 8 * trained.bytes().size());
        const Outputs before = decode(node, plain.bytes()), after = decode(node, trained.bytes());
        const double from = lossOf(tensorsAt(before)), to = lossOf(tensorsAt(after));
        QVERIFY2(to < from - 0.1, qPrintable(QString("%1 %2").arg(from).arg(to)));
        // What is not factored stays as it is.
        const TensorSet source = tensorsOf(tiny());
        for (std::size_t i = 0; i < source.tensors.size(); ++i) {
            const bool isSame = std::ranges::equal(tensorsAt(before).tensors[i].array.bytes(),
                                                   tensorsAt(after).tensors[i].array.bytes());
            QCOMPARE(isSame, !Searched(source)(source.tensors[i]));
        }
    }

    void eachStepsLossIsReported() {
        TestContext context;
        encodedIn(context, tuned(25));
        const Table& table = context.tables.at("fine-tuning");
        const auto& losses = std::get<std::vector<double>>(table.column("loss")->cells);
        QCOMPARE(losses.size(), std::size_t{25});
        QVERIFY(std::ranges::all_of(losses, [](double loss) { return loss > 0 && std::isfinite(loss); }));
        QVERIFY(losses.back() < losses.front());
        // The first is that of the factors before any step, and a step without effect keeps it.
        TestContext still;
        encodedIn(still, tuned(1, {{"learning-rate", 1e-8}}));
        QCOMPARE(std::get<std::vector<double>>(still.tables.at("fine-tuning").column("loss")->cells).front(),
                 losses.front());
    }

    void whatWasCutOffGoesOn() {
        const Settings settings = tuned(120);
        KeepingContext undisturbed;
        const ByteSink whole = encodedIn(undisturbed, settings);
        // Each matrix is a checkpoint, and every 50 steps.
        for (const int stopAt : {1, undisturbed.saves - 1, undisturbed.saves}) {
            KeepingContext first(stopAt);
            QVERIFY(errorOf([&] { encodedIn(first, settings); }).startsWith("cancelled: "));
            KeepingContext second(0, first.states);
            QVERIFY(encodedIn(second, settings).bytes() == whole.bytes());
            QCOMPARE(second.said("Took up fine-tuning"), stopAt > 1);
            QVERIFY(
                std::get<std::vector<double>>(second.tables.at("fine-tuning").column("loss")->cells) ==
                std::get<std::vector<double>>(undisturbed.tables.at("fine-tuning").column("loss")->cells));
        }
        // One of other factors is worth nothing.
        KeepingContext other(0, undisturbed.states);
        for (auto& [name, state] : other.states)
            if (name.starts_with("fine-tuning")) state.resize(state.size() / 2);
        QVERIFY(encodedIn(other, settings).bytes() == whole.bytes());
    }

    void whatIsNoTrainingIsRefused() {
        Inputs mute;
        mute.add("tensors", std::make_shared<const LanguageModel>(tiny()));
        QVERIFY(errorOf([&] { encode(node, mute, tuned(5)); }).contains("needs a text"));
        QVERIFY(!encode(node, mute, tuned(0)).bytes().empty());
        Inputs noModel = inputs("tensors", TensorSet{"", {tensorsOf(tiny()).tensors.front()}, {}});
        noModel.add("text", someText());
        QVERIFY(errorOf([&] { encode(node, noModel, tuned(5)); }).startsWith("input"));
        QVERIFY(errorOf([&] {
                    encode(node, given(), tuned(5, {{"length", std::int64_t{32000}}}));
                }).contains("text"));
        // The last step may be the one too many: no loss tells of it any more.
        engine::LowRank factors{engine::Matrix<std::uint16_t>(32, 2), engine::Matrix<std::uint16_t>(2, 64)};
        std::ranges::fill(factors.left.values, floatToHalf(0.1F));
        std::ranges::fill(factors.right.values, floatToHalf(0.2F));
        TestContext context;
        const QString tooFar = errorOf([&] {
            const engine::ComputeScope threads(1);
            weights::tune(context, tensorsOf(tiny()), "a text of some words, again and again",
                          {1, 1e6, 1, 1, 8}, {{"model.layers.0.mlp.down_proj.weight", &factors}},
                          SubProgress(context, 0, 1));
        });
        QVERIFY2(tooFar.contains("a factor of \"model.layers.0.mlp.down_proj.weight\"") &&
                     tooFar.contains("after 1 steps") && tooFar.contains("Set a smaller learning-rate"),
                 qPrintable(tooFar));
        // Steps that are far too long end in a message or in numbers, never in a stream of none.
        const QString lost = errorOf([&] {
            const ByteSink stream = encode(node, given(), tuned(60, {{"learning-rate", 1.0}}));
            decode(node, stream.bytes());
        });
        QVERIFY2(lost.isEmpty() || lost.startsWith("input"), qPrintable(lost));
    }
};

QTEST_GUILESS_MAIN(FwsvdTuningTest)
#include "fwsvd_tuning_test.moc"
