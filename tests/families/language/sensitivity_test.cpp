// language.sensitivity: against whole runs with one layer exchanged, zeros where nothing changed, the table by tensor,
// going on after a kill, what does not fit.

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/divergence.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/texts.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/half.h"
#include "plugins/language/nodes.h"
#include "tests/families/keeping_context.h"
#include "tests/families/language/node_calls.h"
#include "tests/families/weights/tiny_language_model.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry node = language::sensitivityNode();
const Settings small{{"windows", std::int64_t{3}}, {"context", std::int64_t{24}}};

Inputs references() {
    Inputs all;
    all.add("reference", valueOf(tiny()));
    all.add("text", someText());
    return all;
}

/// The tiny model with each tensor whose name holds one of these words multiplied.
TensorSet changed(const std::vector<std::string>& words, float factor = 0.5F) {
    TensorSet set = tensorsOf(tiny());
    for (Tensor& tensor : set.tensors) {
        if (std::ranges::none_of(
                words, [&](const std::string& word) { return tensor.name.find(word) != std::string::npos; }))
            continue;
        const Array values = toFloat32(tensor.array);
        tensor.array = Array(DType::F32, values.shape());
        std::ranges::transform(values.as<float>(), tensor.array.writable<float>().begin(),
                               [&](float value) { return value * factor; });
    }
    return set;
}

const std::vector<double>& divergencesOf(const Measured& measured) {
    return std::get<std::vector<double>>(measured.tables.at("sensitivity").column("divergence")->cells);
}

const std::vector<std::string>& tensorsOf(const Measured& measured) {
    return std::get<std::vector<std::string>>(measured.tables.at("sensitivity").column("tensor")->cells);
}

/// The mean divergence of whole runs over the same windows.
double wholeRun(const TensorSet& candidate) {
    const engine::ComputeScope threads(1);
    const LanguageModel model = tiny();
    const engine::Llama before(model), after(languageModelOf(candidate));
    Inputs text;
    text.add("text", someText());
    const auto ids = engine::tokenizerOf(model).encode(engine::joinedTexts(text.all("text"), "The test"));
    double sum = 0;
    for (std::int64_t window = 0; window < 3; ++window) {
        at::Tensor own = at::empty({1, 24}, at::kLong);
        std::copy_n(ids.begin() + window * 24, 24, own.mutable_data_ptr<std::int64_t>());
        const auto rows = engine::divergenceOf(before.logits(before.hidden(own))[0].narrow(0, 0, 23),
                                               after.logits(after.hidden(own))[0].narrow(0, 0, 23),
                                               own[0].narrow(0, 1, 23));
        sum = std::accumulate(rows.divergence.begin(), rows.divergence.end(), sum);
    }
    return sum / (3 * 23);
}

}  // namespace

class SensitivityTest : public QObject {
    Q_OBJECT
  private slots:
    void nothingChangedIsZero() {
        const Measured measured = measure(node, references(), valueOf(tiny()), small);
        QCOMPARE(divergencesOf(measured).size(), std::size_t{14});
        for (const double divergence : divergencesOf(measured))
            QCOMPARE(divergence, 0.0);
        QCOMPARE(measured.score("sensitivity-sum").s0, 0.0);
        QVERIFY(std::abs(measured.score("sensitivity-together").s0) < 1e-9);
    }

    /// Each layer by itself is what a whole run with only this layer exchanged gives.
    void eachLayerIsAWholeRun() {
        const Measured measured = measure(node, references(), valueOf(changed({"_proj.weight"})), small);
        const auto& divergences = divergencesOf(measured);
        double sum = 0, most = 0;
        for (std::size_t i = 0; i < divergences.size(); ++i) {
            const double expected = wholeRun(changed({tensorsOf(measured)[i]}));
            QVERIFY(expected > 0);
            QVERIFY2(std::abs(divergences[i] / expected - 1) < 1e-4, tensorsOf(measured)[i].c_str());
            sum += divergences[i];
            most = std::max(most, divergences[i]);
        }
        QCOMPARE(measured.score("sensitivity-sum").s0, sum);
        QCOMPARE(measured.score("sensitivity-max").s0, most);
        const double together = measured.score("sensitivity-together").s0;
        QVERIFY(std::abs(together / wholeRun(changed({"_proj.weight"})) - 1) < 1e-4);
        QVERIFY(std::abs(together / sum - 1) > 0.01);  // they do not add up
    }

    void oneChangedLayerIsAllThereIs() {
        const Measured measured =
            measure(node, references(), valueOf(changed({"layers.1.mlp.down_proj"})), small);
        for (std::size_t i = 0; i < tensorsOf(measured).size(); ++i)
            QCOMPARE(divergencesOf(measured)[i] > 0,
                     tensorsOf(measured)[i] == "model.layers.1.mlp.down_proj.weight");
        QVERIFY(std::abs(measured.score("sensitivity-together").s0 / measured.score("sensitivity-max").s0 -
                         1) < 1e-6);
    }

    void goesOnWhereItWasKilled() {
        const auto run = [&](KeepingContext& context) {
            const auto made = node.make();
            const auto& measure = dynamic_cast<const MeasureNode&>(*made);
            const Parameters parameters = complete(node.manifest, small);
            const Prepared prepared = measure.prepare(context, references(), parameters);
            return measure.score(context, prepared, valueOf(changed({"_proj.weight"})), parameters);
        };
        KeepingContext undisturbed, first(1);
        const Scores whole = run(undisturbed);
        QVERIFY(errorOf([&] { run(first); }).startsWith("cancelled"));
        KeepingContext second(0, first.states);
        const Scores rest = run(second);
        for (std::size_t i = 0; i < whole.scores.size(); ++i)
            QCOMPARE(rest.scores[i].s0, whole.scores[i].s0);
        QCOMPARE(second.saves, undisturbed.saves - 1);
    }

    void whatDoesNotFitIsRefused() {
        QVERIFY(errorOf([&] {
                    measure(node, references(), valueOf(tiny()), {{"windows", std::int64_t{4096}}});
                }).contains("windows of 256 are more"));
        QVERIFY(
            errorOf([&] { measure(node, references(), valueOf(TensorSet{}), small); }).startsWith("input"));
        QVERIFY(errorOf([&] {
                    measure(node, references(),
                            valueOf(changed({"down_proj"}, std::numeric_limits<float>::infinity())), small);
                }).contains("finite"));
    }
};

QTEST_GUILESS_MAIN(SensitivityTest)
#include "sensitivity_test.moc"
