// Perplexity and divergence of the node, against softmaxes by loops in double precision.

#include "core/media/node/canonical_hash.h"
#include "plugins/language/nodes.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/families/language/letter_model.h"
#include "tests/families/language/node_calls.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <numbers>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

/// 300 letters: two windows of 128.
std::string someText() {
    std::string text;
    for (int i = 0; text.size() < 300; ++i)
        text += "line " + std::to_string(i * i * 7 % 113) + (i % 3 ? ", " : ";\n");
    return text.substr(0, 300);
}

/// The letters as pieces of SentencePiece's; "~" is unknown.
LanguageModel pieceModel() {
    LanguageModel model = letterModel();
    TokenizerData& data = model.tokenizer;
    data.kind = TokenizerKind::SentencePieceBpe;
    data.pieces[93] = "<unk>";
    data.kinds[93] = PieceKind::Unknown;
    data.unknown = 93;
    data.pieces[94] = "\u2581";
    data.pieces[95] = "\n";
    return model;
}

Measured measured(const LanguageModel& reference, const LanguageModel& candidate, const std::string& text,
                  const Settings& settings) {
    Inputs inputs;
    inputs.add("reference", valueOf(reference));
    inputs.add("text", textValue(text));
    return measure(language::perplexityNode(), inputs, valueOf(candidate), settings);
}

std::vector<double> softmax(const std::vector<double>& logits) {
    double sum = 0;
    std::vector<double> values;
    for (const double logit : logits)
        sum += std::exp(logit);
    for (const double logit : logits)
        values.push_back(std::exp(logit) / sum);
    return values;
}

struct Moments {
    double mean = 0, error = 0;
};

Moments momentsOf(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    Moments moments;
    for (const double value : values)
        moments.mean += value / n;
    double squares = 0;
    for (const double value : values)
        squares += (value - moments.mean) * (value - moments.mean);
    moments.error = std::sqrt(squares / (n - 1) / n);
    return moments;
}

/// Of each predicted token.
struct Oracle {
    std::vector<double> loss, originalLoss, divergence, change, same;

    Oracle(const LanguageModel& reference, const LanguageModel& candidate,
           const std::vector<std::int32_t>& ids, std::size_t length, std::size_t first) {
        for (std::size_t begin = 0; begin + length <= ids.size(); begin += length) {
            const std::vector<std::int32_t> window(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                                   ids.begin() + static_cast<std::ptrdiff_t>(begin + length));
            const auto ours = engine::testing::referenceLogits(reference, window);
            const auto theirs = engine::testing::referenceLogits(candidate, window);
            for (std::size_t i = first; i < length; ++i)
                add(softmax(ours[i - 1]), softmax(theirs[i - 1]), static_cast<std::size_t>(window[i]));
        }
    }

    void add(const std::vector<double>& p, const std::vector<double>& q, std::size_t target) {
        originalLoss.push_back(-std::log(p[target]));
        loss.push_back(-std::log(q[target]));
        change.push_back(q[target] - p[target]);
        double sum = 0;
        for (std::size_t i = 0; i < p.size(); ++i)
            sum += p[i] * std::log(p[i] / q[i]);
        divergence.push_back(sum);
        same.push_back(std::max_element(p.begin(), p.end()) - p.begin() ==
                       std::max_element(q.begin(), q.end()) - q.begin());
    }
};

double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(place));
    const auto above = static_cast<std::size_t>(std::ceil(place));
    return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
}

/// A row of the table "summary".
Moments rowOf(const Measured& measured, const std::string& statistic) {
    const Table& table = measured.tables.at("summary");
    const auto& names = std::get<std::vector<std::string>>(table.column("statistic")->cells);
    const auto row =
        static_cast<std::size_t>(std::find(names.begin(), names.end(), statistic) - names.begin());
    return {std::get<std::vector<double>>(table.column("value")->cells).at(row),
            std::get<std::vector<double>>(table.column("standard error")->cells).at(row)};
}

/// The text of a row of the table "summary".
std::string statedIn(const Measured& measured, const std::string& condition) {
    const Table& table = measured.tables.at("summary");
    const auto& names = std::get<std::vector<std::string>>(table.column("statistic")->cells);
    const auto row = std::find(names.begin(), names.end(), condition) - names.begin();
    return std::get<std::vector<std::string>>(table.column("text")->cells).at(static_cast<std::size_t>(row));
}

#define VERIFY_NEAR(value, expected)                                                     \
    QVERIFY2(std::abs((value) - (expected)) <= 2e-4 * std::max(1.0, std::abs(expected)), \
             qPrintable(QString("%1, not %2").arg(value, 0, 'g', 12).arg(expected, 0, 'g', 12)))

#define VERIFY_ROW(measured, statistic, moments)            \
    do {                                                    \
        const Moments row = rowOf((measured), (statistic)); \
        VERIFY_NEAR(row.mean, (moments).mean);              \
        VERIFY_NEAR(row.error, (moments).error);            \
    } while (false)

}  // namespace

class PerplexityNodeTest : public QObject {
    Q_OBJECT
  private slots:
    void columnsAreThoseOfTheBook() {
        const LanguageModel reference = letterModel(1), candidate = letterModel(2);
        const Measured given = measured(
            reference, candidate, someText(),
            {{"context", std::string("128")}, {"protocol", std::string("window")}, {"divergence", true}});
        const Oracle oracle(reference, candidate, letterIds(someText()), 128, 1);
        QCOMPARE(oracle.loss.size(), std::size_t{254});
        const Moments loss = momentsOf(oracle.loss), original = momentsOf(oracle.originalLoss);
        VERIFY_ROW(given, "perplexity", (Moments{std::exp(loss.mean), std::exp(loss.mean) * loss.error}));
        VERIFY_ROW(given, "perplexity of the original",
                   (Moments{std::exp(original.mean), std::exp(original.mean) * original.error}));
        // A token is a byte here.
        VERIFY_ROW(given, "bits per byte",
                   (Moments{loss.mean / std::numbers::ln2, loss.error / std::numbers::ln2}));
        std::vector<double> ratios, squares;
        for (std::size_t i = 0; i < oracle.loss.size(); ++i) {
            ratios.push_back(oracle.loss[i] - oracle.originalLoss[i]);
            squares.push_back(oracle.change[i] * oracle.change[i]);
        }
        VERIFY_ROW(given, "ln of their ratio", momentsOf(ratios));
        VERIFY_ROW(given, "divergence, mean", momentsOf(oracle.divergence));
        VERIFY_ROW(given, "same top token", momentsOf(oracle.same));
        VERIFY_ROW(given, "change of probability, mean", momentsOf(oracle.change));
        const double rms = std::sqrt(momentsOf(squares).mean);
        VERIFY_ROW(given, "change of probability, RMS", (Moments{rms, momentsOf(squares).error / (2 * rms)}));
        const std::pair<const char*, double> quantiles[] = {
            {"median", 0.5}, {"90 %", 0.9}, {"99 %", 0.99}, {"99.9 %", 0.999}, {"max", 1.0}};
        for (const auto& [name, q] : quantiles) {
            const Moments row = rowOf(given, std::string("divergence, ") + name);
            VERIFY_NEAR(row.mean, quantile(oracle.divergence, q));
            QVERIFY(std::isnan(row.error));
        }
        VERIFY_NEAR(given.score("kld-mean").s0 / given.score("kld-mean").s1,
                    momentsOf(oracle.divergence).mean);
        VERIFY_NEAR(given.score("kld-median").s0, quantile(oracle.divergence, 0.5));
        VERIFY_NEAR(given.score("kld-90").s0, quantile(oracle.divergence, 0.9));
        VERIFY_NEAR(given.score("kld-99").s0, quantile(oracle.divergence, 0.99));
        VERIFY_NEAR(given.score("kld-99-9").s0, quantile(oracle.divergence, 0.999));
        VERIFY_NEAR(given.score("kld-max").s0, quantile(oracle.divergence, 1));
        QCOMPARE(given.score("kld-max").s1, 1.0);
        VERIFY_NEAR(std::sqrt(given.score("dp-rms").s0 / given.score("dp-rms").s1), rms);
        VERIFY_NEAR(std::exp(given.score("ppl-window-128").s0 / given.score("ppl-window-128").s1),
                    std::exp(loss.mean));
    }

    void estimatesAreTheSummaryByMetric() {
        const std::pair<std::string, const char*> rows[] = {{"ppl-window-128", "perplexity"},
                                                            {"kld-mean", "divergence, mean"},
                                                            {"same-top-1", "same top token"},
                                                            {"dp-rms", "change of probability, RMS"}};
        for (const bool divergence : {false, true}) {
            const Measured given = measured(letterModel(1), letterModel(2), someText(),
                                            {{"context", std::string("128")},
                                             {"protocol", std::string("window")},
                                             {"divergence", divergence}});
            const Table& table = given.tables.at("estimates");
            const auto& metrics = std::get<std::vector<std::string>>(table.column("metric")->cells);
            QCOMPARE(metrics.size(), divergence ? std::size(rows) : std::size_t{1});
            for (std::size_t i = 0; i < metrics.size(); ++i) {
                const auto& [metric, statistic] = rows[i];
                QCOMPARE(metrics[i], metric);
                const Moments row = rowOf(given, statistic);
                QCOMPARE(std::get<std::vector<double>>(table.column("value")->cells)[i], row.mean);
                QCOMPARE(std::get<std::vector<double>>(table.column("standard-error")->cells)[i], row.error);
            }
        }
    }

    void theBeginningStandsBeforeTheTextAndInEachWindow() {
        const LanguageModel model = letterModel(3);
        std::vector<std::int32_t> ids = letterIds(someText());
        ids.insert(ids.begin(), letterBeginning);
        ids[128] = letterBeginning;
        const Oracle oracle(model, model, ids, 128, 65);
        const Measured given =
            measured(model, model, someText(), {{"context", std::string("128")}, {"beginning", true}});
        const Score& score = given.score("ppl-half-128");
        QCOMPARE(score.s1, 126.0);
        VERIFY_NEAR(score.s0, 126 * momentsOf(oracle.loss).mean);
        const Moments row = rowOf(given, "perplexity");
        VERIFY_NEAR(row.error, row.mean * momentsOf(oracle.loss).error);
    }

    void conditionsAreStated() {
        for (const bool divergence : {false, true}) {
            const Measured plain = measured(letterModel(1), letterModel(2), someText(),
                                            {{"context", std::string("128")}, {"divergence", divergence}});
            QCOMPARE(rowOf(plain, "context").mean, 128.0);
            QCOMPARE(rowOf(plain, "stride").mean, 128.0);
            QCOMPARE(statedIn(plain, "beginning of sequence"), std::string("no"));
            QCOMPARE(statedIn(plain, "tokenizer"), tokenizerHash(letterModel(2).tokenizer).hex());
        }
        const Measured whole = measured(letterModel(), letterModel(), "A short text of one window.",
                                        {{"context", std::string("text")}, {"beginning", true}});
        QCOMPARE(rowOf(whole, "context").mean, 28.0);
        QCOMPARE(statedIn(whole, "beginning of sequence"), std::string("yes"));
    }

    void aWholeTextIsOneWindow() {
        const LanguageModel model = letterModel(3);
        const std::string text = "A short text of one window.";
        const Settings whole{{"context", std::string("text")}, {"protocol", std::string("window")}};
        const Measured given = measured(model, model, text, whole);
        const Oracle oracle(model, model, letterIds(text), text.size(), 1);
        QCOMPARE(given.score("ppl-window-text").s1, static_cast<double>(text.size() - 1));
        VERIFY_NEAR(given.score("ppl-window-text").s0,
                    static_cast<double>(text.size() - 1) * momentsOf(oracle.loss).mean);
        const QString said = errorOf([&] { measured(model, model, std::string(40000, 'a'), whole); });
        QVERIFY2(said.contains("40000 tokens"), qPrintable(said));
    }

    void bitsAreOfTheBytesOfTheText() {
        const LanguageModel model = pieceModel();
        const std::string text = "A text of one window.";
        for (const bool beginning : {false, true}) {
            const Measured given = measured(model, model, text,
                                            {{"context", std::string("text")},
                                             {"protocol", std::string("window")},
                                             {"beginning", beginning}});
            // The blank that the tokenizer puts before the text is predicted after a beginning only.
            QCOMPARE(given.score("ppl-window-text").s1,
                     static_cast<double>(beginning ? text.size() + 1 : text.size()));
            QCOMPARE(given.score("bits-per-byte").s1, static_cast<double>(text.size()));
            QVERIFY(given.lines.empty());
        }
    }

    /// A run of unknown characters is one token, which says nothing about their number.
    void unknownTokensLeaveNoBitsPerByte() {
        const LanguageModel model = pieceModel();
        const auto with = [&](std::size_t place) {
            std::string text = someText();
            text.replace(place, 8, 8, '~');
            return measured(model, model, text, {{"context", std::string("128")}});
        };
        const Measured given = with(40);
        QVERIFY(given.has("ppl-half-128") && !given.has("bits-per-byte"));
        QCOMPARE(given.lines.size(), std::size_t{1});
        QVERIFY(QString::fromStdString(given.lines[0]).contains("no bits per byte"));
        const Table& summary = given.tables.at("summary");
        const auto& names = std::get<std::vector<std::string>>(summary.column("statistic")->cells);
        QVERIFY(std::ranges::find(names, "bits per byte") == names.end());
        // Behind the last window they do no harm.
        QCOMPARE(with(280).score("bits-per-byte").s1, 126.0);
    }

    void shortTextsAreRefused() {
        const QString said = errorOf([] { measured(letterModel(), letterModel(), "short", {}); });
        QVERIFY2(said.contains("has 5 tokens"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(PerplexityNodeTest)
#include "perplexity_test.moc"
