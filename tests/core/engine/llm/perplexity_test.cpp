// Perplexity and divergence of whole texts under small random decoders.

#include "core/engine/llm/divergence.h"
#include "core/engine/llm/generate.h"
#include "core/engine/llm/llama.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::testing;

namespace {

/// 50 tokens of the tiny model's vocabulary.
std::vector<std::int32_t> someText() {
    std::vector<std::int32_t> ids;
    for (std::int32_t i = 0; i < 50; ++i)
        ids.push_back((i * i + 3 * i) % 19);
    return ids;
}

/// By the book: each window's logits in double precision, and the softmax of each.
std::vector<double> expectedLogLikelihoods(const media::LanguageModel& model, const WindowProtocol& protocol,
                                           std::int64_t windows) {
    std::vector<double> all;
    const std::vector<std::int32_t> ids = someText();
    for (std::int64_t window = 0; window < windows; ++window) {
        const std::vector<std::int32_t> tokens = windowOf(ids, protocol, window);
        const auto logits = referenceLogits(model, tokens);
        for (auto i = static_cast<std::size_t>(protocol.firstTarget); i < tokens.size(); ++i) {
            double sum = 0;
            for (const double logit : logits[i - 1])
                sum += std::exp(logit);
            all.push_back(logits[i - 1][static_cast<std::size_t>(tokens[i])] - std::log(sum));
        }
    }
    return all;
}

}  // namespace

class PerplexityTest : public QObject {
    Q_OBJECT
  private slots:
    void scoresAreThoseOfTheBook() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        WindowProtocol withBeginning = halfWindows(12);
        withBeginning.beginning = 1;
        for (const WindowProtocol& protocol :
             {halfWindows(12), wholeWindows(7), continuations(5, 6), withBeginning}) {
            const TextScore score = scoreText(Llama(model), someText(), protocol);
            const std::int64_t windows = 50 / protocol.length;
            QCOMPARE(score.windows(), windows);
            const std::vector<double> expected = expectedLogLikelihoods(model, protocol, windows);
            QCOMPARE(score.logLikelihoods.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(std::abs(score.logLikelihoods[i] - expected[i]) < 2e-5);
        }
    }

    void windowsAreReportedOneByOne() {
        const Llama model(tinyModel(tinyConfig()));
        std::vector<std::int64_t> seen;
        scoreText(model, someText(), wholeWindows(10), 4, [&](const TextScore& soFar, std::int64_t all) {
            QCOMPARE(all, std::int64_t{4});
            seen.push_back(soFar.windows());
        });
        QCOMPARE(seen, (std::vector<std::int64_t>{1, 2, 3, 4}));
        const auto stop = [](const TextScore&, std::int64_t) {
            throw Error(ErrorKind::Cancelled, "stopped", "");
        };
        QVERIFY_THROWS_EXCEPTION(Error, scoreText(model, someText(), wholeWindows(10), {}, stop));
    }

    void blocksAreReportedOneByOne() {
        const Llama model(tinyModel(tinyConfig())), other = model;
        std::vector<double> scored, compared;
        scoreText(model, someText(), wholeWindows(10), 4, {}, {},
                  [&](double share) { scored.push_back(share); });
        QCOMPARE(scored.size(), static_cast<std::size_t>(model.layers()));  // short windows go together
        compareOnText(model, other, someText(), wholeWindows(10), 4, {}, {},
                      [&](double share) { compared.push_back(share); });
        QCOMPARE(compared.size(), static_cast<std::size_t>(4 * 2 * model.layers()));
        for (const std::vector<double>& shares : {scored, compared}) {
            for (std::size_t i = 0; i < shares.size(); ++i)
                QVERIFY(std::abs(shares[i] - double(i + 1) / double(shares.size())) < 1e-12);
        }
        const auto stop = [](double) { throw Error(ErrorKind::Cancelled, "stopped", ""); };
        QVERIFY_THROWS_EXCEPTION(Error, scoreText(model, someText(), wholeWindows(10), {}, {}, {}, stop));
    }

    void aModelWithoutWeightsKnowsNothing() {
        Llama model(tinyModel(tinyConfig()));
        model.setTensor("lm_head.weight", at::zeros({19, 16}));
        const Estimate perplexity = perplexityOf(scoreText(model, someText(), halfWindows(8)).logLikelihoods);
        QVERIFY(std::abs(perplexity.value - 19) < 1e-5);
    }

    void brokenWeightsAreRefused() {
        Llama model(tinyModel(tinyConfig()));
        model.setTensor("model.norm.weight", at::full({16}, NAN));
        VERIFY_ERROR(scoreText(model, someText(), halfWindows(8)), ErrorKind::Input, "not finite");
        VERIFY_ERROR(scoreText(model, std::vector<std::int32_t>{1, 2, 3, 30}, halfWindows(4)),
                     ErrorKind::Input, "token 30");
    }

    void comparingTwoModelsIsComparingTheirLogits() {
        const Llama reference(tinyModel(tinyConfig()));
        Llama candidate = reference;
        const std::string name = "model.layers.0.mlp.up_proj.weight";
        candidate.setTensor(name, reference.tensor(name).mul(0.8));
        const WindowProtocol protocol = halfWindows(24);
        std::int64_t done = 0;
        const DivergenceRows rows = compareOnText(reference, candidate, someText(), protocol, {},
                                                  [&](const DivergenceRows&, std::int64_t all) {
                                                      QCOMPARE(all, std::int64_t{2});
                                                      ++done;
                                                  });
        QCOMPARE(done, std::int64_t{2});
        QCOMPARE(rows.divergence.size(), std::size_t{22});
        const TextScore ours = scoreText(reference, someText(), protocol);
        const TextScore theirs = scoreText(candidate, someText(), protocol);
        for (std::size_t i = 0; i < 22; ++i) {
            QVERIFY(std::abs(rows.referenceLogLikelihood[i] - ours.logLikelihoods[i]) < 1e-5);
            QVERIFY(std::abs(rows.candidateLogLikelihood[i] - theirs.logLikelihoods[i]) < 1e-5);
            QVERIFY(rows.divergence[i] > 0);
        }
        const Divergence same = summarise(compareOnText(reference, reference, someText(), protocol, 1));
        QCOMPARE(same.max, 0.0);
        QCOMPARE(same.sameTop.value, 1.0);
    }

    void aContinuationIsWorthWhatAWindowSays() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const std::vector<std::int32_t> ids = someText();
        const std::span<const std::int32_t> all(ids);
        const std::vector<double> values =
            continuationLogLikelihoods(Llama(model), all.subspan(0, 5), all.subspan(5, 4));
        const std::vector<double> window = expectedLogLikelihoods(model, wholeWindows(9), 1);
        QCOMPARE(values.size(), std::size_t{4});
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::abs(values[i] - window[i + 4]) < 2e-5);
        VERIFY_ERROR(continuationLogLikelihoods(Llama(model), {}, all), ErrorKind::Input, "no tokens");
        VERIFY_ERROR(continuationLogLikelihoods(Llama(model), all, {}), ErrorKind::Input, "no tokens");
    }

    void theMostProbableTokensFollow() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const Llama llama(model);
        std::vector<std::int32_t> expected{4, 8, 15};
        for (int i = 0; i < 6; ++i) {
            const std::vector<double> last = referenceLogits(model, expected).back();
            expected.push_back(
                static_cast<std::int32_t>(std::max_element(last.begin(), last.end()) - last.begin()));
        }
        FullCache cache(2);
        std::vector<std::int32_t> told;
        const std::vector<std::int32_t> made =
            generate(llama, cache, std::vector<std::int32_t>{4, 8, 15}, {.tokens = 6},
                     [&](std::int32_t token) { told.push_back(token); });
        QCOMPARE(made, std::vector<std::int32_t>(expected.begin() + 3, expected.end()));
        QCOMPARE(told, made);
        QCOMPARE(cache.tokens(), std::int64_t{8});
        FullCache another(2);
        const std::vector<std::int32_t> ended =
            generate(llama, another, std::vector<std::int32_t>{4, 8, 15}, {.tokens = 6, .end = made[2]});
        QCOMPARE(ended,
                 std::vector<std::int32_t>(made.begin(), std::find(made.begin(), made.end(), made[2])));
    }

    void modelsOfOtherVocabulariesAreNotCompared() {
        media::ModelConfig config = tinyConfig();
        const Llama reference(tinyModel(config));
        config.vocabulary = 20;
        VERIFY_ERROR(compareOnText(reference, Llama(tinyModel(config)), someText(), halfWindows(8)),
                     ErrorKind::Input, "vocabularies");
    }
};

QTEST_GUILESS_MAIN(PerplexityTest)
#include "perplexity_test.moc"
