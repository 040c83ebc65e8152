// Texts as ids.

#include "plugins/language/nodes.h"
#include "tests/families/language/letter_model.h"
#include "tests/families/language/node_calls.h"

#include <QTest>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

std::vector<std::int64_t> idsOf(const std::vector<std::string>& texts, const Settings& settings = {}) {
    Inputs inputs;
    inputs.add("model", valueOf(letterModel()));
    for (const std::string& text : texts)
        inputs.add("text", textValue(text));
    const Outputs outputs = transform(language::tokenizeNode(), inputs, settings);
    const auto& table = *std::get<std::shared_ptr<const Table>>(outputs.at("tokens"));
    return std::get<std::vector<std::int64_t>>(table.column("id")->cells);
}

std::vector<std::int64_t> expected(const std::string& text) {
    const std::vector<std::int32_t> ids = letterIds(text);
    return {ids.begin(), ids.end()};
}

}  // namespace

class TokenizeTest : public QObject {
    Q_OBJECT
  private slots:
    void textsBecomeIds() {
        QCOMPARE(idsOf({"A cat,\nhere."}), expected("A cat,\nhere."));
        QCOMPARE(idsOf({"one", "two"}), expected("one\n\ntwo"));
    }

    void specialTokensArePlainTextUnlessAskedFor() {
        QCOMPARE(idsOf({"a<s>"}), expected("a<s>"));
        QCOMPARE(idsOf({"a<s>"}, {{"special", true}}),
                 (std::vector<std::int64_t>{'a' - '!', letterBeginning}));
        QCOMPARE(idsOf({"a"}, {{"beginning", true}}),
                 (std::vector<std::int64_t>{letterBeginning, 'a' - '!'}));
    }

    void aModelWithoutTokenizerIsRefused() {
        LanguageModel model = letterModel();
        model.tokenizer = {};
        Inputs inputs;
        inputs.add("model", valueOf(model));
        inputs.add("text", textValue("a"));
        const QString said = errorOf([&] { transform(language::tokenizeNode(), inputs); });
        QVERIFY2(said.contains("has no tokenizer"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TokenizeTest)
#include "tokenize_test.moc"
