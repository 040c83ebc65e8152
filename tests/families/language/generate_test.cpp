// Texts that models go on with.

#include "plugins/language/nodes.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/families/language/letter_model.h"
#include "tests/families/language/node_calls.h"

#include <QTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

std::string continued(const LanguageModel& model, const std::string& prompt, std::int64_t tokens,
                      const std::string& weights = "float") {
    Inputs inputs;
    inputs.add("model", valueOf(model));
    const Outputs outputs = transform(language::generateNode(), inputs,
                                      {{"prompt", prompt}, {"tokens", tokens}, {"weights", weights}});
    return std::string(std::get<std::shared_ptr<const TextCorpus>>(outputs.at("text"))->text());
}

const std::map<char, char> loop = {{'a', 'b'}, {'b', 'c'}, {'c', ' '}, {' ', 'a'}};

}  // namespace

class GenerateTest : public QObject {
    Q_OBJECT
  private slots:
    void theMostProbableLettersFollow() {
        const LanguageModel model = letterModel(4);
        // Longer than what is read at once.
        const std::string prompt =
            "The prompt is so long that it is read in two parts, and then some more of it.";
        std::vector<std::int32_t> ids = letterIds(prompt);
        for (int i = 0; i < 5; ++i) {
            const auto logits = engine::testing::referenceLogits(model, ids);
            const std::vector<double>& last = logits.back();
            ids.push_back(
                static_cast<std::int32_t>(std::max_element(last.begin(), last.end()) - last.begin()));
        }
        const std::string text = continued(model, prompt, 5);
        QVERIFY(text.starts_with(prompt));
        // "<s>" would be three characters for one token.
        QVERIFY(std::count(ids.begin(), ids.end(), letterBeginning) == 0);
        QCOMPARE(letterIds(text), ids);
    }

    void packedWeightsGoOnTheSameWay_data() {
        QTest::addColumn<QString>("weights");
        for (const char* weights : {"float", "packed-8", "packed-4"})
            QTest::newRow(weights) << weights;
    }
    void packedWeightsGoOnTheSameWay() {
        QFETCH(QString, weights);
        const std::string prompt = "ten letters or more: a";
        QCOMPARE(continued(chainModel(loop), prompt, 7, weights.toStdString()), prompt + "bc abc ");
    }

    void itEndsWhereTheModelDoes_data() { packedWeightsGoOnTheSameWay_data(); }
    void itEndsWhereTheModelDoes() {
        QFETCH(QString, weights);
        LanguageModel model = chainModel(loop);
        model.tokenizer.end = letterIds("c").front();
        QCOMPARE(continued(model, "a", 7, weights.toStdString()), std::string("ab"));
    }

    void promptsWithoutTokensAreRefused() {
        QVERIFY(errorOf([] { continued(letterModel(), "", 3); }).contains("no tokens"));
        QVERIFY(errorOf([] { continued(letterModel(), "\xff", 3); }).contains("UTF-8"));
        LanguageModel model = letterModel();
        model.tokenizer.addsBeginning = true;
        QVERIFY(!continued(model, "", 3).empty());
    }
};

QTEST_GUILESS_MAIN(GenerateTest)
#include "generate_test.moc"
