// The decoder's runtime against loops in double precision, with its cache, block by block, and with other weights.

#include "core/engine/llm/llama.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/ids.h"
#include "core/engine/tensor.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <map>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::testing;

namespace {

const std::vector<std::int32_t> text{3, 17, 0, 5, 5, 18, 9, 11, 2, 7, 13, 1};

double largestDifference(const at::Tensor& a, const at::Tensor& b) {
    return a.sub(b).abs().max().item<double>();
}

/// But for roundings, of which the largest value decides: two orders of the same sums.
bool agree(const at::Tensor& a, const at::Tensor& b) {
    return largestDifference(a, b) < 3e-6 * std::max(1.0, b.abs().max().item<double>());
}

at::Tensor reference(const media::LanguageModel& model) {
    const auto rows = referenceLogits(model, text);
    at::Tensor all =
        at::empty({static_cast<std::int64_t>(rows.size()), model.config.vocabulary}, at::kDouble);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy(rows[i].begin(), rows[i].end(),
                  all[static_cast<std::int64_t>(i)].mutable_data_ptr<double>());
    return all;
}

at::Tensor logitsOf(const Llama& llama) {
    return llama.logits(llama.hidden(idTensor(text).unsqueeze(0))).squeeze(0);
}

}  // namespace

class LlamaTest : public QObject {
    Q_OBJECT
  private slots:
    void logitsAreThoseOfTheBook_data() {
        QTest::addColumn<int>("variant");
        QTest::newRow("pairs half a head apart") << 0;
        QTest::newRow("pairs of neighbours") << 1;
        QTest::newRow("biases") << 2;
        QTest::newRow("tied embeddings") << 3;
        QTest::newRow("sliding window") << 4;
        QTest::newRow("linear scaling") << 5;
        QTest::newRow("Llama 3 scaling") << 6;
        QTest::newRow("divisors, neighbours") << 7;
        QTest::newRow("as many key heads as heads") << 8;
    }
    void logitsAreThoseOfTheBook() {
        QFETCH(int, variant);
        media::ModelConfig config = tinyConfig();
        config.ropeOfNeighbours = variant == 1 || variant == 7;
        config.tiedEmbeddings = variant == 3;
        if (variant == 4) config.slidingWindow = 3;
        if (variant == 5) config.ropeScaling = {.kind = media::RopeScaling::Kind::Linear, .factor = 3};
        if (variant == 6) {
            config.headSize = 8;
            config.ropeScaling = {
                .kind = media::RopeScaling::Kind::Llama3, .factor = 8, .originalContext = 40};
        }
        if (variant == 7) config.ropeScaling.divisors = {1.5f, 4.0f};
        if (variant == 8) config.keyValueHeads = config.heads;
        const media::LanguageModel model = tinyModel(config, variant == 2);
        const double difference = largestDifference(logitsOf(Llama(model)).to(at::kDouble), reference(model));
        QVERIFY2(difference < 5e-5, qPrintable(QString::number(difference)));
        // That the test would see a wrong pair order.
        media::LanguageModel other = model;
        other.config.ropeOfNeighbours = !other.config.ropeOfNeighbours;
        QVERIFY(largestDifference(logitsOf(Llama(other)).to(at::kDouble), reference(model)) > 1e-2);
    }

    void windowsDoNotSeeEachOther() {
        const Llama llama(tinyModel(tinyConfig()));
        const at::Tensor ids = idTensor(text).view({3, 4});
        const at::Tensor together = llama.hidden(ids);
        QCOMPARE(together.sizes(), at::IntArrayRef({3, 4, 16}));
        for (std::int64_t i = 0; i < 3; ++i)
            QVERIFY(agree(together[i], llama.hidden(ids[i].unsqueeze(0))[0]));
    }

    void laterPositionsAloneAreTheSame() {
        media::ModelConfig config = tinyConfig();
        for (const std::int64_t window : {0, 3}) {
            config.slidingWindow = window;
            const Llama llama(tinyModel(config));
            const at::Tensor ids = idTensor(text).unsqueeze(0), all = llama.hidden(ids);
            for (const std::int64_t first : {1, 6, 11})
                QVERIFY(agree(llama.hidden(ids, first), all.slice(1, first)));
        }
    }

    void aCacheGivesTheSame() {
        media::ModelConfig config = tinyConfig();
        for (const std::int64_t window : {0, 3}) {
            config.slidingWindow = window;
            const Llama llama(tinyModel(config));
            const at::Tensor ids = idTensor(text), all = llama.hidden(ids.unsqueeze(0))[0];
            FullCache cache(config.layers);
            std::int64_t first = 0;
            for (const std::int64_t count : {5, 1, 1, 3, 2}) {
                QCOMPARE(cache.tokens(), first);
                const at::Tensor states = llama.hidden(ids.narrow(0, first, count), cache);
                QVERIFY(agree(states, all.narrow(0, first, count)));
                first += count;
            }
            QCOMPARE(cache.tokens(), static_cast<std::int64_t>(text.size()));
        }
    }

    void aCacheGrowsBeyondItsFirstRoom() {
        media::ModelConfig config = tinyConfig();
        config.context = 512;
        const Llama llama(tinyModel(config));
        const at::Tensor ids = idTensor(text).repeat({12});
        FullCache cache(config.layers);
        llama.hidden(ids.slice(0, 0, 63), cache);
        for (std::int64_t i = 63; i < 140; ++i)
            llama.hidden(ids.slice(0, i, i + 1), cache);
        const at::Tensor last = llama.hidden(ids.slice(0, 140, 144), cache);
        QVERIFY(agree(last, llama.hidden(ids.unsqueeze(0), 140)[0]));
    }

    void blocksOneByOneAreTheWhole() {
        const Llama llama(tinyModel(tinyConfig()));
        const at::Tensor ids = idTensor(text).view({2, 6});
        at::Tensor states = llama.embed(ids);
        for (std::int64_t layer = 0; layer < 2; ++layer)
            states = llama.block(layer, states);
        QCOMPARE(largestDifference(states, llama.hidden(ids)), 0.0);
    }

    void linearLayersShowWhatTheyRead() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const Llama llama(model);
        const at::Tensor states = llama.embed(idTensor(text).view({2, 6}));
        std::map<std::string, at::Tensor> inputs;
        std::size_t shown = 0;
        const at::Tensor result =
            llama.block(1, states, [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                ++shown;
                for (const std::string& reader : readers)
                    inputs[reader] = rows.clone();
            });
        QCOMPARE(shown, std::size_t{4});
        QCOMPARE(inputs.size(), std::size_t{7});
        // Put together by hand, the shown inputs give the block's result.
        const auto through = [&](const std::string& part) {
            const std::string name = "model.layers.1." + part;
            return at::linear(inputs.at(name), tensorOf(model.tensor(name + ".weight")->array));
        };
        const at::Tensor middle = through("self_attn.o_proj") + states.flatten(0, 1);
        const at::Tensor gated = at::silu(through("mlp.gate_proj")) * through("mlp.up_proj");
        QVERIFY(agree(gated, inputs.at("model.layers.1.mlp.down_proj")));
        QVERIFY(agree(middle + through("mlp.down_proj"), result.flatten(0, 1)));
        const at::Tensor query = through("self_attn.q_proj"), key = through("self_attn.k_proj");
        QCOMPARE(query.sizes(), at::IntArrayRef({12, 16}));
        QCOMPARE(key.sizes(), at::IntArrayRef({12, 8}));
    }

    void aBlockInStagesShowsAllWindowsBeforeItsLayersCompute() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        Llama whole(model), staged(llamaFrame(model, at::kCPU));
        staged.setBlock(1, llamaBlock(model, 1, at::kCPU));
        const at::Tensor states = whole.embed(idTensor(text).view({4, 3}));
        // What a change of these layers makes of all that comes after them.
        const auto change = [](Llama& llama, const std::vector<std::string>& readers) {
            for (const std::string& reader : readers)
                llama.setTensor(reader + ".weight", llama.tensor(reader + ".weight").mul(0.5));
        };
        std::map<std::string, at::Tensor> expected, shown;
        const at::Tensor result =
            whole.block(1, states, [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                expected[readers.front()] = rows.clone();
                change(whole, readers);
            });
        std::int64_t windows = 0;
        const StageWatch watch{
            [&](const std::vector<std::string>& readers, const at::Tensor& rows, std::int64_t count) {
                at::Tensor& all = shown[readers.front()];
                all = all.defined() ? at::cat({all, rows}) : rows.clone();
                windows += count;
            },
            [&](const std::vector<std::string>& readers) { change(staged, readers); }};
        const at::Tensor stagedResult = staged.blockInStages(1, states, 3, watch);
        QCOMPARE(windows, std::int64_t{4 * 4});
        QCOMPARE(shown.size(), std::size_t{4});
        for (const auto& [reader, rows] : expected)
            QVERIFY2(agree(shown.at(reader), rows), reader.c_str());
        QVERIFY(agree(stagedResult, result));
        QVERIFY(largestDifference(stagedResult, Llama(model).block(1, states)) > 1e-2);
        staged.setBlock(1, {});
        QVERIFY(!staged.weights().blocks[1].down.defined());
    }

    void tensorsHaveTheNamesOfTheFile() {
        const media::LanguageModel model = tinyModel(tinyConfig(), true);
        const Llama llama(model);
        for (const media::ModelTensor& tensor : model.tensors)
            QVERIFY2(at::equal(llama.tensor(tensor.name), tensorOf(tensor.array)), tensor.name.c_str());
        for (const char* name : {"", "model.layers.2.mlp.up_proj.weight", "model.layers.0.mlp.up_proj",
                                 "model.layers.x.mlp.up_proj.weight", "model.layers.0.self_attn.o_proj.bias"})
            VERIFY_ERROR(llama.tensor(name), ErrorKind::Input, "has no tensor");
        QCOMPARE(llama.linears().size(), std::size_t{14});
        for (const std::string& name : llama.linears())
            QVERIFY(model.tensor(name + ".weight"));
    }

    void aSetTensorIsUsedAndACopyKeepsTheOld() {
        media::LanguageModel model = tinyModel(tinyConfig());
        const Llama before(model);
        const at::Tensor old = logitsOf(before);
        for (const char* name :
             {"model.layers.1.self_attn.k_proj.weight", "model.layers.0.mlp.down_proj.weight",
              "model.embed_tokens.weight", "lm_head.weight"}) {
            Llama changed = before;
            media::LanguageModel other = model;
            for (media::ModelTensor& tensor : other.tensors)
                if (tensor.name == name) tensor.array = arrayOf(tensorOf(tensor.array).mul(0.5));
            changed.setTensor(name, before.tensor(name).mul(0.5));
            QVERIFY(agree(logitsOf(changed), logitsOf(Llama(other))));
            QVERIFY(largestDifference(logitsOf(changed), old) > 1e-2);
            QVERIFY(at::equal(logitsOf(before), old));
        }
        Llama llama = before;
        VERIFY_ERROR(llama.setTensor("model.norm.weight", at::ones({15})), ErrorKind::Input, "another shape");
    }

    void tiedEmbeddingsChangeTogether() {
        media::ModelConfig config = tinyConfig();
        config.tiedEmbeddings = true;
        Llama llama(tinyModel(config));
        llama.setTensor("model.embed_tokens.weight", at::zeros({19, 16}));
        QCOMPARE(logitsOf(llama).abs().max().item<float>(), 0.0f);
        VERIFY_ERROR(llama.tensor("lm_head.weight"), ErrorKind::Input, "has no tensor");
    }

    void gradientsFlow() {
        const media::LanguageModel model = tinyModel(tinyConfig());
        const std::string name = "model.layers.0.self_attn.q_proj.weight";
        const at::Tensor weight = Llama(model).tensor(name).clone();
        const auto loss = [&](const at::Tensor& value) {
            Llama llama(model);
            llama.setTensor(name, value);
            return logitsOf(llama).log_softmax(-1).select(1, 4).mean();
        };
        at::Tensor traced = weight.clone().requires_grad_(true);
        loss(traced).backward();
        at::Tensor step = at::zeros_like(weight);
        // Far enough for the difference to stand out of the loss's rounding.
        step[3][5] = 0.04;
        const double slope = (loss(weight + step) - loss(weight - step)).item<double>() / 0.08;
        QVERIFY(std::abs(slope - traced.grad()[3][5].item<double>()) < 1e-3 * std::abs(slope) + 1e-5);
        QVERIFY(std::abs(slope) > 1e-4);
    }

    void wrongIdsAreRefused() {
        const Llama llama(tinyModel(tinyConfig()));
        VERIFY_ERROR(llama.hidden(at::tensor({19}).unsqueeze(0)), ErrorKind::Input, "token 19");
        VERIFY_ERROR(llama.hidden(at::tensor({2, -1}).unsqueeze(0)), ErrorKind::Input, "token -1");
        VERIFY_ERROR(llama.hidden(idTensor({}).unsqueeze(0)), ErrorKind::Input, "without any token");
        VERIFY_ERROR(llama.hidden(idTensor(text).unsqueeze(0), 12), ErrorKind::Internal,
                     "outside of a window");
    }

    void modelsThatDoNotFitAreRefused() {
        media::LanguageModel model = tinyModel(tinyConfig());
        model.tensors.pop_back();
        VERIFY_ERROR(Llama(model), ErrorKind::Input, "missing");
        model.config.architecture = media::ModelArchitecture::Bert;
        VERIFY_ERROR(Llama(model), ErrorKind::Input, "does not fit together");
    }

    void twoRunsAreEqual() {
        const ComputeScope scope(2);
        const Llama llama(tinyModel(tinyConfig()));
        QVERIFY(at::equal(logitsOf(llama), logitsOf(llama)));
    }
};

QTEST_GUILESS_MAIN(LlamaTest)
#include "llama_test.moc"
