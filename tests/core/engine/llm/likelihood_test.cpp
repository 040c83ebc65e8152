// Likelihoods, perplexity and divergence of logits, against values made with NumPy and closed forms.

#include "core/engine/llm/divergence.h"
#include "core/engine/llm/log_likelihood.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

const at::Tensor logits = at::tensor({1.5f,  -0.25f, 3.0f, 0.0f, -2.0f, 0.1f, 0.2f, 0.3f, 0.4f,  0.5f,  //
                                      -4.0f, 8.0f,   2.0f, 7.5f, 1.0f,  0.0f, 0.0f, 0.0f, 10.0f, 0.0f})
                              .view({4, 5});
const at::Tensor others = at::tensor({1.25f, -0.5f, 2.0f, 0.5f,  -1.0f, 0.5f, 0.4f, 0.3f, 0.2f, 0.1f,  //
                                      -3.0f, 7.0f,  2.5f, 7.25f, 0.0f,  0.0f, 0.5f, 0.0f, 9.0f, 0.0f})
                              .view({4, 5});
const at::Tensor targets = at::tensor({2, 0, 3, 1}, at::kLong);

const std::vector<double> golden{-0.27644116705085436, -1.8194163314769023, -0.9761891084572365,
                                 -10.000181583231816};

bool near(double value, double expected, double tolerance = 1e-6) {
    return std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

#define VERIFY_NEAR(value, expected) \
    QVERIFY2(near(value, expected),  \
             qPrintable(QString("%1, not %2").arg(value, 0, 'g', 12).arg(expected, 0, 'g', 12)))

std::vector<double> toVector(const at::Tensor& values) {
    const at::Tensor flat = values.contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace

class LikelihoodTest : public QObject {
    Q_OBJECT
  private slots:
    void logLikelihoodsAreNumPys() {
        const std::vector<double> values = toVector(logLikelihoods(logits, targets));
        for (std::size_t i = 0; i < golden.size(); ++i)
            VERIFY_NEAR(values[i], golden[i]);
    }

    void theHeadInPartsGivesTheSame() {
        // More tokens than are gone through at once, the last part short; a target in each part.
        at::manual_seed(3);
        const at::Tensor rows = at::randn({6, 12}), head = at::randn({5000, 12}).mul_(3);
        const at::Tensor wanted = at::tensor({0, 2047, 2048, 4095, 4096, 4999}, at::kLong);
        const at::Tensor whole = at::log_softmax(at::linear(rows.to(at::kDouble), head.to(at::kDouble)), -1)
                                     .gather(1, wanted.unsqueeze(1))
                                     .squeeze(1);
        QVERIFY(logLikelihoods(rows, head, wanted).sub(whole).abs().max().item<double>() < 1e-5);
        QVERIFY(logLikelihoods(at::linear(rows, head), wanted).sub(whole).abs().max().item<double>() < 1e-5);
    }

    void largeLogitsDoNotOverflow() {
        const at::Tensor large = at::tensor({1000.0f, 999.0f, -1000.0f}).view({1, 3});
        const std::vector<double> value = toVector(logLikelihoods(large, at::tensor({1}, at::kLong)));
        VERIFY_NEAR(value[0], -1 - std::log1p(std::exp(-1.0)));
    }

    void badLogitsAndTargetsAreRefused() {
        at::Tensor bad = logits.clone();
        bad[2][4] = NAN;
        VERIFY_ERROR(logLikelihoods(bad, targets), ErrorKind::Input, "not finite");
        VERIFY_ERROR(divergenceOf(logits, bad, targets), ErrorKind::Input, "not finite");
        bad[2][4] = INFINITY;
        VERIFY_ERROR(logLikelihoods(bad, targets), ErrorKind::Input, "not finite");
        const at::Tensor outside = at::tensor({2, 0, 5, 1}, at::kLong);
        VERIFY_ERROR(logLikelihoods(logits, outside), ErrorKind::Input, "token 5");
        VERIFY_ERROR(logLikelihoods(at::ones({4, 2}), at::ones({5, 2}), outside), ErrorKind::Input,
                     "token 5");
        VERIFY_ERROR(divergenceOf(logits, others, outside), ErrorKind::Input, "token 5");
        VERIFY_ERROR(divergenceOf(logits, others.narrow(1, 0, 4), targets), ErrorKind::Internal, "shapes");
    }

    void perplexityIsNumPys() {
        const Estimate perplexity = perplexityOf(golden);
        VERIFY_NEAR(perplexity.value, 26.26026729348538);
        VERIFY_NEAR(perplexity.standardError, 59.50837935043547);
        const TextScore score{wholeWindows(3), golden};
        QCOMPARE(score.windows(), std::int64_t{2});
        VERIFY_NEAR(runningPerplexity(score).at(0), 2.851738331626786);
        VERIFY_NEAR(runningPerplexity(score).at(1), 26.26026729348538);
        VERIFY_NEAR(bitsPerByte(score, 7), 2.6941769690563855);
        VERIFY_ERROR(bitsPerByte(score, 0), ErrorKind::Input, "no bytes");
        VERIFY_ERROR(perplexityOf({}), ErrorKind::Internal, "no values");
    }

    void aModelThatKnowsNothingIsAsUncertainAsItsVocabularyIsLarge() {
        const at::Tensor uniform = at::full({8, 319}, 0.7f);
        const Estimate perplexity = perplexityOf(toVector(logLikelihoods(uniform, at::arange(8))));
        VERIFY_NEAR(perplexity.value, 319.0);
        QVERIFY(perplexity.standardError < 1e-4);
    }

    void divergenceIsNumPys() {
        const DivergenceRows rows = divergenceOf(logits, others, targets);
        const double expected[] = {0.1105845821564569, 0.0398276935817884, 0.07014409953707075,
                                   0.00018768745789248458};
        for (std::size_t i = 0; i < 4; ++i)
            VERIFY_NEAR(rows.divergence[i], expected[i]);
        const Divergence all = summarise(rows);
        VERIFY_NEAR(all.mean.value, 0.05518601568330214);
        VERIFY_NEAR(all.mean.standardError, 0.0233692098090997);
        VERIFY_NEAR(all.median, 0.05498589655942958);
        VERIFY_NEAR(all.quantile90, 0.09845243737064106);
        VERIFY_NEAR(all.quantile99, 0.10937136767787531);
        VERIFY_NEAR(all.quantile999, 0.11046326070859874);
        VERIFY_NEAR(all.max, 0.1105845821564569);
        VERIFY_NEAR(all.sameTop.value, 0.5);
        VERIFY_NEAR(all.sameTop.standardError, 0.2886751345948129);
        VERIFY_NEAR(all.probabilityChange.value, 0.01278187842443067);
        VERIFY_NEAR(all.probabilityChange.standardError, 0.08347961407606924);
        VERIFY_NEAR(all.probabilityChangeRms.value, 0.14515479432290654);
        VERIFY_NEAR(all.probabilityChangeRms.standardError, 0.03673394885242707);
        VERIFY_NEAR(all.referencePerplexity.value, 26.26026729348538);
        VERIFY_NEAR(all.candidatePerplexity.value, 16.05497622312149);
        VERIFY_NEAR(all.logRatio.value, -0.49203820097791434);
        VERIFY_NEAR(all.logRatio.standardError, 0.3767169704644123);
    }

    void aModelDoesNotDivergeFromItself() {
        const Divergence all = summarise(divergenceOf(logits, logits, targets));
        QCOMPARE(all.max, 0.0);
        QCOMPARE(all.sameTop.value, 1.0);
        QCOMPARE(all.probabilityChangeRms.value, 0.0);
        QCOMPARE(all.probabilityChangeRms.standardError, 0.0);
        // A shift of all logits changes no probability.
        QVERIFY(summarise(divergenceOf(logits, logits + 4, targets)).max < 1e-12);
        VERIFY_ERROR(summarise({}), ErrorKind::Internal, "no values");
    }

    void protocolsSayWhatIsPredicted() {
        const WindowProtocol half = halfWindows(512);
        QCOMPARE(half.metric, std::string("ppl-half-512"));
        QCOMPARE(half.firstTarget, std::int64_t{257});
        QCOMPARE(half.scored(), std::int64_t{255});
        QCOMPARE(wholeWindows(2048).metric, std::string("ppl-window-2048"));
        QCOMPARE(wholeWindows(2048).scored(), std::int64_t{2047});
        const WindowProtocol continuation = continuations(768, 256);
        QCOMPARE(continuation.metric, std::string("ppl-cont-768-256"));
        QCOMPARE(continuation.length, std::int64_t{1024});
        QCOMPARE(continuation.scored(), std::int64_t{255});
        VERIFY_ERROR(halfWindows(3), ErrorKind::Usage, "too short");
        VERIFY_ERROR(wholeWindows(1), ErrorKind::Usage, "too short");
        VERIFY_ERROR(continuations(0, 5), ErrorKind::Usage, "too short");
        VERIFY_ERROR(continuations(5, 1), ErrorKind::Usage, "too short");
    }

    void windowsLieSideBySide() {
        const std::vector<std::int32_t> ids{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        WindowProtocol protocol = halfWindows(4);
        QCOMPARE(windowCount(ids.size(), protocol, {}), std::int64_t{2});
        QCOMPARE(windowCount(ids.size(), protocol, 1), std::int64_t{1});
        QCOMPARE(windowCount(ids.size(), protocol, 9), std::int64_t{2});
        QCOMPARE(windowOf(ids, protocol, 1), (std::vector<std::int32_t>{4, 5, 6, 7}));
        QCOMPARE(scoredTokens(ids, protocol, 2), (std::vector<std::int32_t>{3, 7}));
        protocol.beginning = 42;
        QCOMPARE(windowOf(ids, protocol, 1), (std::vector<std::int32_t>{42, 5, 6, 7}));
        VERIFY_ERROR(windowCount(3, protocol, {}), ErrorKind::Input, "has 3 tokens");
        VERIFY_ERROR(windowCount(30, protocol, 0), ErrorKind::Usage, "No window");
    }
};

QTEST_GUILESS_MAIN(LikelihoodTest)
#include "likelihood_test.moc"
