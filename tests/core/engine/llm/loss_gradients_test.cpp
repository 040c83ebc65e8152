// Gradients of the loss by every linear layer: against differences of losses in double precision, and against one
// backward pass through the whole model.

#include "core/engine/llm/loss_gradients.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::testing;

namespace {

const std::vector<std::int32_t> text{3, 14, 1, 5, 9, 2, 6, 5, 3, 5, 8, 17};

/// By the book, in double precision.
double exactLoss(const media::LanguageModel& model) {
    const auto logits = referenceLogits(model, text);
    double loss = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        double sum = 0;
        for (const double logit : logits[i - 1])
            sum += std::exp(logit);
        loss += std::log(sum) - logits[i - 1][static_cast<std::size_t>(text[i])];
    }
    return loss / static_cast<double>(text.size() - 1);
}

media::LanguageModel changed(const media::LanguageModel& model, const std::string& name, std::int64_t element,
                             float step) {
    media::LanguageModel other = model;
    for (media::ModelTensor& tensor : other.tensors)
        if (tensor.name == name) {
            Array array(DType::F32, tensor.shape);
            std::ranges::copy(tensor.array.as<float>(), array.writable<float>().begin());
            array.writable<float>()[static_cast<std::size_t>(element)] += step;
            tensor.array = array;
        }
    return other;
}

struct Gradients {
    double loss = 0;
    std::map<std::string, at::Tensor> byName;
};

Gradients gradientsOf(const Llama& model, const at::Tensor& ids) {
    Gradients all;
    all.loss = lossGradients(model, ids, [&](const std::string& name, const at::Tensor& gradient) {
        QVERIFY2(!all.byName.contains(name), name.c_str());
        all.byName[name] = gradient.clone();
    });
    return all;
}

at::Tensor window() {
    return idTensor(text).unsqueeze(0);
}

double largest(const Gradients& gradients) {
    double most = 0;
    for (const auto& [name, gradient] : gradients.byName)
        most = std::max(most, gradient.abs().max().item<double>());
    return most;
}

}  // namespace

class LossGradientsTest : public QObject {
    Q_OBJECT
  private slots:
    void theyAreTheSlopesOfTheLoss_data() {
        QTest::addColumn<int>("kind");
        QTest::addRow("plain") << 0;
        QTest::addRow("biases, neighbours") << 1;
        QTest::addRow("tied, sliding window") << 2;
    }
    void theyAreTheSlopesOfTheLoss() {
        QFETCH(int, kind);
        media::ModelConfig config = tinyConfig();
        config.ropeOfNeighbours = kind == 1;
        config.tiedEmbeddings = kind == 2;
        config.slidingWindow = kind == 2 ? 5 : 0;
        const media::LanguageModel model = tinyModel(config, kind == 1);
        const Llama llama(model);
        const Gradients gradients = gradientsOf(llama, window());
        QVERIFY(std::abs(gradients.loss - exactLoss(model)) < 1e-5);
        QCOMPARE(gradients.byName.size(), llama.linears().size());
        const double most = largest(gradients);
        QVERIFY(most > 1e-2);
        for (const std::string& linear : llama.linears()) {
            const std::string name = linear + ".weight";
            const at::Tensor& gradient = gradients.byName.at(name);
            QCOMPARE(gradient.sizes(), llama.tensor(name).sizes());
            for (const std::int64_t element :
                 {std::int64_t{0}, gradient.numel() / 2 + 3, gradient.numel() - 1}) {
                const float step = 1.0f / 512;
                const double slope = (exactLoss(changed(model, name, element, step)) -
                                      exactLoss(changed(model, name, element, -step))) *
                                     256;
                const double ours = gradient.flatten()[element].item<double>();
                QVERIFY2(std::abs(slope - ours) < 2e-4 * most + 1e-3 * std::abs(slope), name.c_str());
            }
        }
    }

    void theyAreThoseOfOnePassThroughAll() {
        const Llama model(tinyModel(tinyConfig()));
        LlamaWeights weights = model.weights();
        for (LlamaBlock& block : weights.blocks)
            block.gateAndUp = block.gateAndUp.detach().requires_grad_(true);
        const Llama traced(weights);
        const at::Tensor logits = traced.logits(traced.hidden(window())).squeeze(0).slice(0, 0, -1);
        at::cross_entropy_loss(logits, idTensor(text).slice(0, 1)).backward();
        const Gradients gradients = gradientsOf(model, window());
        for (std::size_t layer = 0; layer < 2; ++layer) {
            const std::string name = "model.layers." + std::to_string(layer) + ".mlp.";
            const at::Tensor whole = at::cat({gradients.byName.at(name + "gate_proj.weight"),
                                              gradients.byName.at(name + "up_proj.weight")});
            const at::Tensor expected = weights.blocks[layer].gateAndUp.grad();
            QVERIFY((whole - expected).abs().max().item<double>() <
                    1e-6 * expected.abs().max().item<double>());
        }
    }

    void ofSeveralWindowsTheyAreTheMean() {
        const Llama model(tinyModel(tinyConfig()));
        const at::Tensor both = at::cat({window(), window().flip(1)});
        const Gradients mean = gradientsOf(model, both), first = gradientsOf(model, both.narrow(0, 0, 1)),
                        second = gradientsOf(model, both.narrow(0, 1, 1));
        QVERIFY(std::abs(mean.loss - (first.loss + second.loss) / 2) < 1e-6 * first.loss);
        for (const auto& [name, gradient] : mean.byName) {
            const at::Tensor expected = (first.byName.at(name) + second.byName.at(name)) / 2;
            QVERIFY((gradient - expected).abs().max().item<double>() < 1e-5 * largest(mean));
        }
    }

    void nothingIsLeftBehind() {
        const ComputeScope scope(1);  // which records nothing: gradients are wanted all the same
        const Llama model(tinyModel(tinyConfig()));
        const at::Tensor before = model.tensor("model.layers.1.mlp.down_proj.weight").clone();
        const Gradients once = gradientsOf(model, window()), twice = gradientsOf(model, window());
        for (const auto& [name, gradient] : once.byName)
            QVERIFY(at::equal(gradient, twice.byName.at(name)));
        const at::Tensor after = model.tensor("model.layers.1.mlp.down_proj.weight");
        QVERIFY(at::equal(after, before));
        QVERIFY(!after.requires_grad());
        QVERIFY(!after.grad().defined());
    }

    void itCanBeStopped() {
        const Llama model(tinyModel(tinyConfig()));
        int shown = 0, checks = 0;
        for (int stopAt = 1; stopAt <= 5; ++stopAt) {
            checks = shown = 0;
            VERIFY_ERROR(lossGradients(
                             model, window(), [&](const std::string&, const at::Tensor&) { ++shown; },
                             [&] {
                                 if (++checks == stopAt)
                                     throw Error(ErrorKind::Cancelled, "Cancelled.", "Go on.");
                             }),
                         ErrorKind::Cancelled, "Cancelled");
            QCOMPARE(shown, stopAt == 5 ? 7 : 0);
        }
    }

    void whatPredictsNothingIsRefused() {
        const Llama model(tinyModel(tinyConfig()));
        const auto of = [&](const at::Tensor& ids) {
            return lossGradients(model, ids, [](const std::string&, const at::Tensor&) {});
        };
        VERIFY_ERROR(of(window().narrow(1, 0, 1)), ErrorKind::Input, "fewer than two tokens");
        VERIFY_ERROR(of(at::full({1, 3}, 19, at::kLong)), ErrorKind::Input, "token 19");
    }
};

QTEST_GUILESS_MAIN(LossGradientsTest)
#include "loss_gradients_test.moc"
