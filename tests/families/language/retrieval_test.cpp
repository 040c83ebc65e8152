// Retrieval by an encoder, against a brute-force ranking of the same embeddings.

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/bert.h"
#include "core/media/quality/ranking.h"
#include "plugins/language/nodes.h"
#include "tests/core/engine/llm/tiny_bert.h"
#include "tests/families/keeping_context.h"
#include "tests/families/language/node_calls.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

using Texts = std::vector<std::string>;
using Whole = std::vector<std::int64_t>;

LanguageModel blurred(LanguageModel model, float step) {
    for (ModelTensor& tensor : model.tensors) {
        Array array(DType::F32, tensor.shape);
        const auto from = tensor.array.as<float>();
        auto to = array.writable<float>();
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = step * std::round(from[i] / step);
        tensor.array = array;
    }
    return model;
}

const Texts documents = {"a b c",   "d e",   "f g h i", "a a a b", "c d c d", "i h g", "b",  "e f e",
                         "g a g a", "h i h", "c c",     "d a d a", "f",       "b e b", "i i"};
const Texts titles = {"", "a", "", "c", "", "", "d e", "", "", "", "", "f", "", "", "b"};
const Texts queries = {"a b", "d e f", "h i", "c"};

Table corpus() {
    Texts ids;
    for (std::size_t i = 0; i < documents.size(); ++i)
        ids.push_back("doc" + std::to_string(i));
    Table table;
    table.columns = {{"_id", "", ids}, {"title", "", titles}, {"text", "", documents}};
    return table;
}

Table questions() {
    Table table;
    table.columns = {{"_id", "", Whole{10, 11, 12, 13}}, {"text", "", queries}};
    return table;
}

/// Query 13 has no answer.
const std::vector<std::map<std::size_t, std::int64_t>> grades = {
    {{0, 1}, {3, 2}, {11, 0}}, {{1, 1}, {7, 1}, {6, 1}}, {{5, 3}, {9, 1}}, {{4, 0}}};

Table judgements() {
    Whole asked, grade;
    Texts answers;
    for (std::size_t query = 0; query < grades.size(); ++query)
        for (const auto& [document, value] : grades[query]) {
            asked.push_back(static_cast<std::int64_t>(10 + query));
            answers.push_back("doc" + std::to_string(document));
            grade.push_back(value);
        }
    Table table;
    table.columns = {{"query-id", "", asked}, {"corpus-id", "", answers}, {"score", "", grade}};
    return table;
}

Inputs references(const LanguageModel& model, const Table& given = corpus(), const Table& asked = questions(),
                  const Table& judged = judgements()) {
    Inputs inputs;
    inputs.add("reference", valueOf(model));
    inputs.add("corpus", valueOf(given));
    inputs.add("queries", valueOf(asked));
    inputs.add("judgements", valueOf(judged));
    return inputs;
}

at::Tensor embedded(const LanguageModel& model, const std::string& text, std::size_t length) {
    std::vector<std::int32_t> ids{1};
    for (const char letter : text)
        if (letter != ' ' && ids.size() + 1 < length) ids.push_back(4 + letter - 'a');
    ids.push_back(2);
    const std::vector<std::vector<std::int32_t>> texts{ids};
    return engine::Bert(model).meanStates(texts, true)[0].to(at::kDouble);
}

std::string documentText(std::size_t i) {
    return titles[i].empty() ? documents[i] : titles[i] + ' ' + documents[i];
}

/// nDCG@10 of the first three queries, the best sum found by trying every order of the judged documents.
double gainByTheBook(const LanguageModel& model, std::size_t length, const std::vector<std::size_t>& among) {
    double sum = 0;
    for (std::size_t query = 0; query < 3; ++query) {
        std::vector<std::pair<double, std::size_t>> ranked;
        for (const std::size_t i : among)
            ranked.emplace_back(-embedded(model, queries[query], length)
                                     .dot(embedded(model, documentText(i), length))
                                     .item<double>(),
                                i);
        std::sort(ranked.begin(), ranked.end());
        double gain = 0, best = 0;
        for (std::size_t rank = 0; rank < std::min<std::size_t>(10, ranked.size()); ++rank)
            if (const auto found = grades[query].find(ranked[rank].second); found != grades[query].end())
                gain += static_cast<double>(found->second) / std::log2(2.0 + static_cast<double>(rank));
        Whole values;
        for (const auto& [document, grade] : grades[query])
            values.push_back(grade);
        std::sort(values.begin(), values.end());
        do {
            double tried = 0;
            for (std::size_t rank = 0; rank < values.size(); ++rank)
                tried += static_cast<double>(values[rank]) / std::log2(2.0 + static_cast<double>(rank));
            best = std::max(best, tried);
        } while (std::next_permutation(values.begin(), values.end()));
        sum += gain / best;
    }
    return sum;
}

std::vector<std::size_t> allDocuments() {
    std::vector<std::size_t> all(documents.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

QString refusal(const Inputs& inputs) {
    return errorOf([&] { measure(language::retrievalNode(), inputs, valueOf(engine::testing::tinyBert())); });
}

Table without(Table table, const std::string& column) {
    std::erase_if(table.columns, [&](const Column& each) { return each.name == column; });
    return table;
}

}  // namespace

class RetrievalTest : public QObject {
    Q_OBJECT
  private slots:
    void gainsAreThoseOfTheBook() {
        const engine::ComputeScope scope(1);
        const LanguageModel model = engine::testing::tinyBert(), coarse = blurred(model, 0.5F);
        const Settings settings = {{"length", std::int64_t{9}}};
        const Measured same = measure(language::retrievalNode(), references(model), valueOf(model), settings);
        QVERIFY(std::abs(same.score("ndcg-10").s0 - gainByTheBook(model, 9, allDocuments())) < 1e-9);
        QCOMPARE(same.score("ndcg-10").s1, 3.0);
        QVERIFY(std::abs(same.score("cosine-drift").s0) < 1e-5);
        QCOMPARE(same.score("cosine-drift").s1, 18.0);
        const Measured changed =
            measure(language::retrievalNode(), references(model), valueOf(coarse), settings);
        QVERIFY(std::abs(changed.score("ndcg-10").s0 - gainByTheBook(coarse, 9, allDocuments())) < 1e-9);
        double drift = 0;
        const auto add = [&](const std::string& text) {
            drift += 1 - embedded(model, text, 9).dot(embedded(coarse, text, 9)).item<double>();
        };
        for (std::size_t i = 0; i < documents.size(); ++i)
            add(documentText(i));
        for (std::size_t i = 0; i < 3; ++i)
            add(queries[i]);
        QVERIFY(drift > 0.1);
        QVERIFY(std::abs(changed.score("cosine-drift").s0 - drift) < 1e-4);
        QCOMPARE(changed.samples<std::string>("query"), (Texts{"10", "11", "12"}));
        QVERIFY(changed.samples<double>("drift").front() > 0);
    }

    void longTextsAreCut() {
        const engine::ComputeScope scope(1);
        const LanguageModel model = engine::testing::tinyBert();
        const Measured cut = measure(language::retrievalNode(), references(model), valueOf(model),
                                     {{"length", std::int64_t{4}}});
        QVERIFY(std::abs(cut.score("ndcg-10").s0 - gainByTheBook(model, 4, allDocuments())) < 1e-9);
    }

    void fewerDocumentsKeepTheJudgedOnes() {
        const engine::ComputeScope scope(1);
        const LanguageModel model = engine::testing::tinyBert();
        const Settings settings = {{"length", std::int64_t{9}}, {"documents", std::int64_t{10}}};
        const Measured few = measure(language::retrievalNode(), references(model), valueOf(model), settings);
        QVERIFY(std::abs(few.score("ndcg-10").s0 - gainByTheBook(model, 9, {0, 1, 2, 3, 4, 5, 6, 7, 9, 11})) <
                1e-9);
        QCOMPARE(few.score("cosine-drift").s1, 13.0);
    }

    void whatDoesNotFitIsRefused() {
        const LanguageModel model = engine::testing::tinyBert();
        const auto says = [](const QString& said, const char* part) {
            return said.contains(part) ? QString() : "\"" + said + "\" does not say " + part;
        };
        for (const auto& [inputs, part] : std::vector<std::pair<Inputs, const char*>>{
                 {references(model, without(corpus(), "_id")), "has no column \"_id\""},
                 {references(model, without(corpus(), "text")), "has no column \"text\""},
                 {references(model, corpus(), without(questions(), "text")), "queries has no column"},
                 {references(model, corpus(), questions(), without(judgements(), "score")),
                  "whole numbers"}}) {
            const QString wrong = says(refusal(inputs), part);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        Table twice = corpus(), unknown = judgements(), none = judgements();
        std::get<Texts>(twice.columns[0].cells)[4] = "doc2";
        std::get<Texts>(unknown.columns[1].cells)[1] = "doc99";
        std::get<Whole>(none.columns[2].cells).assign(none.rows(), 0);
        QVERIFY(refusal(references(model, twice)).contains("stands twice"));
        QVERIFY(refusal(references(model, corpus(), questions(), unknown)).contains("\"doc99\""));
        QVERIFY(refusal(references(model, corpus(), questions(), none)).contains("No query"));
        QVERIFY(refusal(references(model)).contains("9 positions"));  // 256 tokens by default
    }

    void cancels() {
        const LanguageModel model = engine::testing::tinyBert();
        QVERIFY(errorOf([&] {
                    measure(language::retrievalNode(), references(model), valueOf(model),
                            {{"length", std::int64_t{9}}}, 3);
                }).contains("Cancelled"));
    }

    void goesOnWhereItWasStopped() {
        const engine::ComputeScope scope(1);
        const LanguageModel model = engine::testing::tinyBert(256);
        // So long that a checkpoint is saved on the way.
        Table given = corpus();
        for (std::string& text : std::get<Texts>(given.columns[2].cells))
            for (int i = 0; i < 250; ++i)
                text += i % 3 ? " b" : " e";
        for (Column& column : given.columns) {
            auto& cells = std::get<Texts>(column.cells);
            const Texts first = cells;
            for (int copy = 1; copy < 40; ++copy)
                for (const std::string& cell : first)
                    cells.push_back(column.name == "_id" ? cell + "-" + std::to_string(copy) : cell);
        }
        const NodeEntry entry = language::retrievalNode();
        const auto node = entry.make();
        const auto& measure = dynamic_cast<const MeasureNode&>(*node);
        const Parameters parameters = complete(entry.manifest);
        KeepingContext undisturbed;
        const Prepared prepared = measure.prepare(undisturbed, references(model, given), parameters);
        QVERIFY(undisturbed.saves >= 1);
        const LanguageModel coarse = blurred(model, 0.5F);
        const auto scored = [&](Context& context) {
            return measure.score(context, prepared, valueOf(coarse), parameters).scores;
        };
        KeepingContext whole;
        const std::vector<Score> expected = scored(whole);
        KeepingContext stopped(1);
        QVERIFY(errorOf([&] { scored(stopped); }).startsWith("cancelled"));
        KeepingContext again(0, stopped.states), damaged(0, stopped.states);
        for (auto& [name, state] : damaged.states)
            state[state.size() / 2] ^= std::byte{4};
        for (KeepingContext* context : {&again, &damaged}) {
            const std::vector<Score> scores = scored(*context);
            for (std::size_t i = 0; i < scores.size(); ++i)
                QCOMPARE(scores[i].s0, expected[i].s0);
        }
        QVERIFY(again.checks < whole.checks && !again.said("is damaged"));
        QVERIFY(damaged.said("is damaged; what it held is made again"));
    }

    void rankingsTakeTheFirstOfEqualOnes() {
        const std::vector<float> scores{0.5F, 2, 0.5F, 1, 2};
        QCOMPARE(bestRanked(scores, 4), (std::vector<std::size_t>{1, 4, 3, 0}));
        QCOMPARE(bestRanked(scores, 9).size(), std::size_t{5});
        const std::vector<float> broken{0, std::nanf("")};
        QVERIFY(errorOf([&] { bestRanked(broken, 1); }).contains("not a number"));
    }

    void gainsOfSmallRankings() {
        const Whole judged{3, 2, 0, 1};
        QVERIFY(std::abs(normalisedGain(Whole{3, 2, 1}, judged, 10) - 1) < 1e-15);
        const double best = 3 + 2 / std::log2(3.0) + 0.5;
        QVERIFY(std::abs(normalisedGain(Whole{0, 3, 2, 1}, judged, 3) - (3 / std::log2(3.0) + 1) / best) <
                1e-15);
        QCOMPARE(normalisedGain(Whole{0, 0, -1}, judged, 3), 0.0);
        QVERIFY(errorOf([&] { normalisedGain(Whole{0}, Whole{0, -2}, 10); }).contains("no document"));
    }
};

QTEST_GUILESS_MAIN(RetrievalTest)
#include "retrieval_test.moc"
