// Questions, against log-likelihoods by loops in double precision.

#include "plugins/language/nodes.h"
#include "tests/families/language/letter_model.h"
#include "tests/families/language/node_calls.h"

#include <QTest>
#include <cmath>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const std::vector<std::string> asked = {"What is green?", "Two and two?", "Who barks? ", "Name a sea."};
const std::vector<std::vector<std::string>> choices = {{"grass", "the sky above us", "snow"},
                                                       {"three", "four", ""},
                                                       {"a cat", "the dog", "a stone in the garden"},
                                                       {"Baltic", "Alps", "Rome"}};
const std::vector<std::string> right = {"A", "B", "B", "A"};

Table questions() {
    std::vector<std::vector<std::string>> columns(3);
    for (const auto& row : choices)
        for (std::size_t i = 0; i < 3; ++i)
            columns[i].push_back(row[i]);
    Table table;
    table.columns = {{"question", "", asked},
                     {"A", "", columns[0]},
                     {"B", "", columns[1]},
                     {"C", "", columns[2]},
                     {"answer", "", right}};
    return table;
}

Inputs references(const LanguageModel& model, const std::vector<Table>& tables) {
    Inputs inputs;
    inputs.add("reference", valueOf(model));
    for (const Table& table : tables)
        inputs.add("questions", valueOf(table));
    return inputs;
}

const Settings threeChoices = {{"choices", std::string("A;B;C")}};

Measured measured(const LanguageModel& model, const std::vector<Table>& tables,
                  const Settings& settings = threeChoices) {
    return measure(language::multipleChoiceNode(), references(model, tables), valueOf(model), settings);
}

/// Σ ln p of the letters of " CHOICE" (and of blanks at the question's end) after the question.
double worth(const LanguageModel& model, std::string question, const std::string& choice, bool beginning) {
    const std::size_t end = question.find_last_not_of(' ') + 1;
    std::vector<std::int32_t> ids = letterIds(question + " " + choice);
    if (beginning) ids.insert(ids.begin(), letterBeginning);
    const std::vector<double> values = letterLogLikelihoods(model, ids, end + (beginning ? 1 : 0));
    return std::accumulate(values.begin(), values.end(), 0.0);
}

QString refusal(const Table& table, const Settings& settings = threeChoices) {
    return errorOf([&] { measured(letterModel(), {table}, settings); });
}

}  // namespace

class MultipleChoiceTest : public QObject {
    Q_OBJECT
  private slots:
    void answersAreThoseOfTheBook_data() {
        QTest::addColumn<int>("seed");
        QTest::addColumn<bool>("beginning");
        for (const int seed : {1, 2, 3})
            for (const bool beginning : {false, true})
                QTest::addRow("%d %d", seed, beginning) << seed << beginning;
    }
    void answersAreThoseOfTheBook() {
        QFETCH(int, seed);
        QFETCH(bool, beginning);
        const LanguageModel model = letterModel(static_cast<unsigned>(seed));
        Settings settings = threeChoices;
        settings["beginning"] = beginning;
        const Measured given = measured(model, {questions()}, settings);
        double plain = 0, normalised = 0;
        for (std::size_t question = 0; question < asked.size(); ++question) {
            std::size_t best = 0, bestNorm = 0;
            std::vector<double> all, norm;
            for (const std::string& choice : choices[question]) {
                if (choice.empty()) continue;
                all.push_back(worth(model, asked[question], choice, beginning));
                norm.push_back(all.back() / static_cast<double>(choice.size()));
                if (all.back() > all[best]) best = all.size() - 1;
                if (norm.back() > norm[bestNorm]) bestNorm = norm.size() - 1;
            }
            const std::size_t answer = right[question] == "A" ? 0 : 1;
            plain += best == answer;
            normalised += bestNorm == answer;
            QCOMPARE(given.samples<std::int64_t>("answer")[question], static_cast<std::int64_t>(answer));
            QCOMPARE(given.samples<std::int64_t>("picked")[question], static_cast<std::int64_t>(best));
            QCOMPARE(given.samples<std::int64_t>("picked-norm")[question],
                     static_cast<std::int64_t>(bestNorm));
            QVERIFY(std::abs(given.samples<double>("log-likelihood")[question] - all[answer]) < 1e-3);
        }
        QCOMPARE(given.score("acc").s0, plain);
        QCOMPARE(given.score("acc-norm").s0, normalised);
        QCOMPARE(given.score("acc").s1, 4.0);
    }

    /// It finds each letter of "grass" most probable after the one before, and so the right answer.
    void aModelThatKnowsTheAnswerIsRight() {
        const LanguageModel model =
            chainModel({{'?', ' '}, {' ', 'g'}, {'g', 'r'}, {'r', 'a'}, {'a', 's'}, {'s', 's'}});
        Table table = questions();
        for (Column& column : table.columns)
            std::get<std::vector<std::string>>(column.cells).resize(1);
        const Measured given = measured(model, {table});
        QCOMPARE(given.score("acc").s0, 1.0);
        QCOMPARE(given.score("acc-norm").s0, 1.0);
    }

    void lengthIsCountedInCharacters() {
        // A surprise costs the short choice all of its one letter; the long one has two in nine.
        const LanguageModel model = chainModel({{'?', ' '}, {' ', 'x'}, {'x', 'x'}});
        Table table;
        table.columns = {{"question", "", std::vector<std::string>{"Which?"}},
                         {"A", "", std::vector<std::string>{"xxxxqxxxx"}},
                         {"B", "", std::vector<std::string>{"q"}},
                         {"answer", "", std::vector<std::string>{"A"}}};
        const Measured given = measured(model, {table}, {{"choices", std::string("A;B")}});
        QCOMPARE(given.score("acc").s0, 0.0);
        QCOMPARE(given.score("acc-norm").s0, 1.0);
    }

    void severalTablesAreOne() {
        const Measured given = measured(letterModel(), {questions(), questions()});
        QCOMPARE(given.score("acc").s1, 8.0);
        QCOMPARE(given.prepared.counts.at(0).name, std::string("weights"));
        QVERIFY(given.prepared.counts.at(0).value > 1000);
    }

    void numbersAreChoicesToo() {
        Table table;
        table.columns = {{"ask", "", std::vector<std::string>{"1+1="}},
                         {"0", "", std::vector<std::int64_t>{2}},
                         {"1", "", std::vector<std::int64_t>{11}},
                         {"label", "", std::vector<std::int64_t>{0}}};
        const LanguageModel model = letterModel();
        const Measured given = measured(model, {table},
                                        {{"question", std::string("ask")},
                                         {"choices", std::string("0;1")},
                                         {"answer", std::string("label")}});
        QVERIFY(std::abs(given.samples<double>("log-likelihood")[0] - worth(model, "1+1=", "2", false)) <
                1e-3);
    }

    void badTablesAreRefused() {
        QVERIFY(refusal({}).contains("no column"));
        QVERIFY(refusal(questions(), {}).contains("no column \"D\""));
        QVERIFY(refusal(questions(), {{"choices", std::string("A")}}).contains("Less than two"));
        Table table = questions();
        std::get<std::vector<std::string>>(table.columns.back().cells)[2] = "E";
        QVERIFY(refusal(table).contains("row 3 names \"E\""));
        std::get<std::vector<std::string>>(table.columns.back().cells)[1] = "C";  // an empty one
        QVERIFY(refusal(table).contains("row 2 names \"C\""));
        Table one = questions();
        for (const std::size_t column : {2, 3})
            std::get<std::vector<std::string>>(one.columns[column].cells)[3] = "";
        QVERIFY(refusal(one).contains("row 4 has fewer than two choices"));
        Table none = questions();
        for (Column& column : none.columns)
            std::get<std::vector<std::string>>(column.cells).clear();
        QVERIFY(refusal(none).contains("no questions"));
        Table unasked = questions();
        std::get<std::vector<std::string>>(unasked.columns[0].cells)[0] = " ";
        QVERIFY(refusal(unasked).contains("Question 1 or its choice has no tokens"));
    }

    void itStopsWhenCancelled() {
        const LanguageModel model = letterModel();
        QVERIFY(errorOf([&] {
                    measure(language::multipleChoiceNode(), references(model, {questions()}), valueOf(model),
                            threeChoices, 6);
                }).contains("Cancelled"));
    }
};

QTEST_GUILESS_MAIN(MultipleChoiceTest)
#include "multiple_choice_test.moc"
