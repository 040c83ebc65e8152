// What calibrates without a Hessian: strengths of inputs and scales that fold away, losses with one tensor replaced.

#include "core/engine/llm/tensor_probe.h"

#include "core/engine/llm/input_norms.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/perplexity.h"
#include "core/engine/llm/texts.h"
#include "core/engine/quant/folded_scales.h"
#include "core/engine/tensor.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::testing;

namespace {

/// [sequences, tokens] of the tiny model's vocabulary.
at::Tensor someIds(std::int64_t sequences, std::int64_t tokens) {
    at::Tensor ids = at::empty({sequences, tokens}, at::kLong);
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        ids.view(-1)[i] = (i * i + 3 * i) % 19;
    return ids;
}

media::ModelConfig manyValueHeads() {
    media::ModelConfig config = tinyConfig();
    config.keyValueHeads = config.heads;
    return config;
}

InputNorms normsOf(const media::LanguageModel& model, const at::Tensor& ids) {
    const Llama decoder(model);
    InputNorms norms;
    for (std::int64_t i = 0; i < ids.size(0); ++i)
        addSequence(norms, decoder, ids.narrow(0, i, 1));
    return norms;
}

media::LanguageModel folded(media::LanguageModel model, const InputScales& scales) {
    const auto all = foldedScales(model.config, scales);
    for (media::ModelTensor& tensor : model.tensors)
        if (const auto found = all.find(tensor.name); found != all.end())
            tensor.array = scaled(tensor.name, tensor.array, found->second);
    return model;
}

double greatestDifference(const at::Tensor& a, const at::Tensor& b) {
    return a.sub(b).abs().max().item<double>();
}

}  // namespace

class TensorProbeTest : public QObject {
    Q_OBJECT
  private slots:
    void normsAreMeansOverSequences() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const at::Tensor ids = someIds(3, 11);
        const InputNorms norms = normsOf(model, ids);
        QCOMPARE(norms.sequences, std::int64_t(3));
        QCOMPARE(norms.sums.size(), std::size_t(14));
        const auto means = norms.means(0.001);
        // The first block's q, k and v read normed embeddings.
        const at::Tensor states = Llama(model).embed(ids).to(at::kDouble);
        const at::Tensor gain = tensorOf(model.tensor("model.layers.0.input_layernorm.weight")->array);
        const at::Tensor normed =
            states * (states.square().mean(-1, true) + model.config.normEpsilon).rsqrt() * gain;
        const at::Tensor expected = normed.square().sum(1).sqrt().mean(0) + 0.001;
        for (const char* reader : {"q_proj", "k_proj", "v_proj"})
            for (std::int64_t j = 0; j < 16; ++j)
                QVERIFY(std::abs(means.at(std::string("model.layers.0.self_attn.") + reader)[std::size_t(j)] -
                                 expected[j].item<double>()) < 1e-4);
        QCOMPARE(means.at("model.layers.1.mlp.down_proj").size(), std::size_t(24));
    }

    void scalesLeaveLogitsAsTheyWere() {
        const at::Tensor ids = someIds(2, 12);
        for (const media::ModelConfig& config : {tinyConfig(), manyValueHeads()})
            for (const bool biases : {false, true}) {
                const media::LanguageModel model = tinyModel(config, biases);
                const media::LanguageModel other = folded(model, normsOf(model, ids).means(0.001));
                const bool foldsOutput = config.keyValueHeads == config.heads;
                for (const char* name : {"mlp.down_proj.weight", "self_attn.k_proj.weight"})
                    QVERIFY(greatestDifference(
                                tensorOf(model.tensor(std::string("model.layers.1.") + name)->array),
                                tensorOf(other.tensor(std::string("model.layers.1.") + name)->array)) > 0.01);
                const std::string output = "model.layers.1.self_attn.o_proj.weight";
                QCOMPARE(greatestDifference(tensorOf(model.tensor(output)->array),
                                            tensorOf(other.tensor(output)->array)) > 0.01,
                         foldsOutput);
                const Llama before(model), after(other);
                const at::Tensor logits = before.logits(before.hidden(ids));
                QVERIFY(logits.abs().max().item<double>() > 1);
                QVERIFY(greatestDifference(logits, after.logits(after.hidden(ids))) < 1e-4);
            }
    }

    void scalesThatDoNotFitAreRefused() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const InputScales good = normsOf(model, someIds(1, 9)).means(0.001);
        InputScales bad = good;
        bad.erase("model.layers.1.mlp.down_proj");
        VERIFY_ERROR(foldedScales(model.config, bad), ErrorKind::Input, "mlp.down_proj");
        for (const float value : {0.0F, -1.0F, std::nanf(""), std::numeric_limits<float>::infinity()}) {
            bad = good;
            bad["model.layers.0.self_attn.q_proj"][3] = value;
            VERIFY_ERROR(foldedScales(model.config, bad), ErrorKind::Input, "self_attn.q_proj");
        }
        media::ModelConfig encoder = model.config;
        encoder.architecture = media::ModelArchitecture::Bert;
        VERIFY_ERROR(foldedScales(encoder, good), ErrorKind::Input, "Llama");
        Array large(DType::F32, {1, 2});
        large.writable<float>()[1] = 3e38F;
        VERIFY_ERROR(scaled("w", large, {{1, 100}, {}}), ErrorKind::Input, "once inputs are scaled");
        large.writable<float>()[0] = std::nanf("");
        VERIFY_ERROR(scaled("w", large, {{1, 1}, {}}), ErrorKind::Input, "\"w\" holds NaN or infinite");
        VERIFY_ERROR(scaled("w", large, {{1}, {}}), ErrorKind::Internal, "another size");
    }

    void lossesAreThoseOfTheChangedModel() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const at::Tensor ids = someIds(3, 13);
        std::vector<std::int32_t> flat;
        for (std::int64_t i = 0; i < ids.numel(); ++i)
            flat.push_back(ids.view(-1)[i].item<std::int32_t>());
        const std::vector<std::string> names{
            "model.embed_tokens.weight", "model.layers.1.self_attn.v_proj.weight",
            "model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.down_proj.weight",
            "model.layers.0.self_attn.o_proj.weight"};
        const Llama decoder(model);
        const auto half = [&](std::size_t i) { return decoder.tensor(names[i]).mul(0.5); };
        std::vector<std::optional<double>> losses(names.size());
        losses[3] = 42;  // known: not asked for again
        int blocks = 0;
        probeTensors(decoder, ids, names, losses, {half, [] {}, [&] { ++blocks; }});
        QCOMPARE(blocks, 3);
        QCOMPARE(*losses[3], 42.0);
        const double plain =
            std::log(perplexityOf(scoreText(decoder, flat, wholeWindows(13)).logLikelihoods).value);
        for (const std::size_t i : {0, 1, 2, 4}) {
            Llama changed = decoder;
            changed.setTensor(names[i], half(i));
            const TextScore score = scoreText(changed, flat, wholeWindows(13));
            QVERIFY(std::abs(*losses[i] - std::log(perplexityOf(score.logLikelihoods).value)) < 1e-5);
            QVERIFY(std::abs(*losses[i] - plain) > 1e-4);
        }
    }

    void brokenModelsAreWorthNaN() {
        const Llama decoder(tinyModel(tinyConfig()));
        std::vector<std::optional<double>> losses(1);
        const auto infinite = [&](std::size_t) {
            return at::full({16, 24}, std::numeric_limits<float>::infinity());
        };
        probeTensors(decoder, someIds(1, 9), {"model.layers.0.mlp.down_proj.weight"}, losses, {infinite});
        QVERIFY(std::isnan(*losses[0]));
        const auto stopped = [] { throw Error(ErrorKind::Cancelled, "Stopped.", "Go on."); };
        losses[0].reset();
        VERIFY_ERROR(probeTensors(decoder, someIds(1, 9), {"model.layers.0.mlp.down_proj.weight"}, losses,
                                  {infinite, stopped}),
                     ErrorKind::Cancelled, "Stopped");
    }

    void sequencesAreDrawnFromTheText() {
        std::vector<std::int32_t> ids(40);
        std::iota(ids.begin(), ids.end(), 100);
        const at::Tensor drawn = drawnSequences(std::mt19937_64(3), ids, 50, 8);
        QCOMPARE(drawn.sizes().vec(), (std::vector<std::int64_t>{50, 8}));
        for (std::int64_t i = 0; i < 50; ++i) {
            const auto first = drawn[i][0].item<std::int64_t>();
            QVERIFY(first >= 100 && first <= 132);
            QCOMPARE(drawn[i][7].item<std::int64_t>(), first + 7);
        }
        QVERIFY(!drawn.equal(drawnSequences(std::mt19937_64(4), ids, 50, 8)));
        VERIFY_ERROR(drawnSequences(std::mt19937_64(3), ids, 1, 41), ErrorKind::Input, "40 tokens");
    }
};

QTEST_GUILESS_MAIN(TensorProbeTest)
#include "tensor_probe_test.moc"
