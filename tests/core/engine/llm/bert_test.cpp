// The encoder's runtime against loops in double precision, and what those who compress it see of it.

#include "core/engine/llm/bert.h"

#include "core/engine/llm/ids.h"
#include "core/engine/tensor.h"
#include "tests/core/engine/llm/tiny_bert.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <map>

using namespace ratescope;
using namespace ratescope::engine;
using ratescope::engine::testing::tinyBert;

namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;
const std::vector<std::int32_t> text{1, 7, 7, 3, 12, 0, 2};

/// What the book says, one number after the other.
class Reference {
  public:
    explicit Reference(const media::LanguageModel& model) : model_(model) {}

    Rows hidden(const std::vector<std::int32_t>& ids) const {
        Rows states;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            Vector state = row("embeddings.word_embeddings.weight", static_cast<std::size_t>(ids[i]));
            add(state, row("embeddings.position_embeddings.weight", i));
            add(state, row("embeddings.token_type_embeddings.weight", 0));
            states.push_back(norm("embeddings.LayerNorm", state));
        }
        for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."})
            states = block(layer, states);
        return states;
    }

  private:
    Vector row(const std::string& name, std::size_t index) const {
        const media::ModelTensor& tensor = *model_.tensor(name);
        const auto width = static_cast<std::size_t>(tensor.shape.back());
        const auto values = tensor.array.as<float>().subspan(index * width, width);
        return {values.begin(), values.end()};
    }
    static void add(Vector& to, const Vector& what) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += what[i];
    }
    Vector linear(const std::string& name, const Vector& in) const {
        Vector out = row(name + ".bias", 0);
        for (std::size_t i = 0; i < out.size(); ++i) {
            const Vector weights = row(name + ".weight", i);
            for (std::size_t j = 0; j < in.size(); ++j)
                out[i] += weights[j] * in[j];
        }
        return out;
    }
    Vector norm(const std::string& name, Vector in) const {
        const auto count = static_cast<double>(in.size());
        double mean = 0, variance = 0;
        for (const double value : in)
            mean += value / count;
        for (const double value : in)
            variance += (value - mean) * (value - mean) / count;
        const Vector weights = row(name + ".weight", 0), bias = row(name + ".bias", 0);
        for (std::size_t i = 0; i < in.size(); ++i)
            in[i] = (in[i] - mean) / std::sqrt(variance + model_.config.normEpsilon) * weights[i] + bias[i];
        return in;
    }
    Vector mixed(const Vector& query, const Rows& keys, const Rows& values) const {
        Vector out(12);
        for (std::size_t head = 0; head < 3; ++head) {
            double total = 0;
            Vector sum(4);
            for (std::size_t other = 0; other < keys.size(); ++other) {
                double score = 0;
                for (std::size_t i = 4 * head; i < 4 * head + 4; ++i)
                    score += query[i] * keys[other][i] / 2;
                total += std::exp(score);
                for (std::size_t i = 0; i < 4; ++i)
                    sum[i] += std::exp(score) * values[other][4 * head + i];
            }
            for (std::size_t i = 0; i < 4; ++i)
                out[4 * head + i] = sum[i] / total;
        }
        return out;
    }
    Rows block(const std::string& layer, const Rows& states) const {
        Rows keys, values, result;
        for (const Vector& state : states) {
            keys.push_back(linear(layer + "attention.self.key", state));
            values.push_back(linear(layer + "attention.self.value", state));
        }
        for (const Vector& state : states) {
            Vector middle = linear(layer + "attention.output.dense",
                                   mixed(linear(layer + "attention.self.query", state), keys, values));
            add(middle, state);
            middle = norm(layer + "attention.output.LayerNorm", middle);
            Vector between = linear(layer + "intermediate.dense", middle);
            for (double& value : between)
                value = 0.5 * value * (1 + std::erf(value / std::sqrt(2.0)));
            Vector out = linear(layer + "output.dense", between);
            add(out, middle);
            result.push_back(norm(layer + "output.LayerNorm", out));
        }
        return result;
    }

    const media::LanguageModel& model_;
};

at::Tensor reference(const media::LanguageModel& model, const std::vector<std::int32_t>& ids) {
    const Rows rows = Reference(model).hidden(ids);
    at::Tensor all = at::empty({static_cast<std::int64_t>(rows.size()), 12}, at::kDouble);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy(rows[i].begin(), rows[i].end(),
                  all[static_cast<std::int64_t>(i)].mutable_data_ptr<double>());
    return all;
}

double largestDifference(const at::Tensor& a, const at::Tensor& b) {
    return a.sub(b).abs().max().item<double>();
}

}  // namespace

class BertTest : public QObject {
    Q_OBJECT
  private slots:
    void statesAreThoseOfTheBook() {
        const media::LanguageModel model = tinyBert();
        const at::Tensor states = Bert(model).hidden(idTensor(text).unsqueeze(0))[0];
        QVERIFY(largestDifference(states.to(at::kDouble), reference(model, text)) < 1e-5);
    }

    void aTextsMeanDoesNotDependOnItsCompany() {
        const media::LanguageModel model = tinyBert();
        const Bert bert(model);
        const std::vector<std::vector<std::int32_t>> texts{{1, 2}, text, {5, 6, 7}, {4}, {9, 9, 1}, {3, 3}};
        const at::Tensor means = bert.meanStates(texts, false);
        for (std::size_t i = 0; i < texts.size(); ++i)
            QVERIFY(largestDifference(means[static_cast<std::int64_t>(i)].to(at::kDouble),
                                      reference(model, texts[i]).mean(0)) < 1e-5);
        const at::Tensor unit = bert.meanStates(texts, true);
        QVERIFY(largestDifference(unit.norm(2, -1), at::ones({6})) < 1e-6);
        QVERIFY(largestDifference(unit.mul(means.norm(2, -1, true)), means) < 1e-5);
        QCOMPARE(bert.meanStates({}, true).size(0), std::int64_t{0});
    }

    void manyTextsOfOneLengthGoInParts() {
        const Bert bert(tinyBert());
        std::vector<std::vector<std::int32_t>> texts;
        for (std::int32_t i = 0; i < 400; ++i)
            texts.push_back({i % 13, (i / 13) % 13, 1, 2});
        const at::Tensor means = bert.meanStates(texts, false);
        for (const std::int64_t i : {0, 255, 256, 399})
            QVERIFY(largestDifference(
                        means[i], bert.meanStates(std::span(texts).subspan(static_cast<std::size_t>(i), 1),
                                                  false)[0]) < 1e-5);
    }

    void linearLayersShowWhatTheyReadAndCanBeSet() {
        const media::LanguageModel model = tinyBert();
        Bert bert(model);
        const at::Tensor states = bert.embed(idTensor(text).unsqueeze(0));
        std::map<std::string, at::Tensor> inputs;
        bert.block(1, states, [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
            for (const std::string& reader : readers)
                inputs[reader] = rows;
        });
        QCOMPARE(bert.linears().size(), std::size_t{12});
        QCOMPARE(inputs.size(), std::size_t{6});
        for (const auto& [name, rows] : inputs)
            QCOMPARE(rows.sizes(), at::IntArrayRef({7, bert.tensor(name + ".weight").size(1)}));
        const std::string name = "encoder.layer.1.output.dense.weight";
        const Bert before = bert;
        bert.setTensor(name, at::zeros({12, 20}));
        QVERIFY(largestDifference(bert.block(1, states), before.block(1, states)) > 1e-2);
        QVERIFY(at::equal(before.tensor(name), tensorOf(model.tensor(name)->array)));
        VERIFY_ERROR(bert.setTensor(name, at::zeros({12, 21})), ErrorKind::Input, "another shape");
        VERIFY_ERROR(bert.tensor("encoder.layer.2.output.dense.weight"), ErrorKind::Input, "has no tensor");
    }

    void whatDoesNotFitIsRefused() {
        const Bert bert(tinyBert());
        VERIFY_ERROR(bert.hidden(at::tensor({13}).unsqueeze(0)), ErrorKind::Input, "token 13");
        VERIFY_ERROR(bert.hidden(at::zeros({1, 10}, at::kLong)), ErrorKind::Input, "too long");
        const std::vector<std::vector<std::int32_t>> empty{{1}, {}};
        VERIFY_ERROR(bert.meanStates(empty, true), ErrorKind::Input, "without any token");
        VERIFY_ERROR(Bert(testing::tinyModel(testing::tinyConfig())), ErrorKind::Input, "no encoder");
    }
};

QTEST_GUILESS_MAIN(BertTest)
#include "bert_test.moc"
