// Fisher information: sums of squared gradients, the closed form of a linear model, merging, keeping, going on.

#include "core/engine/quant/fisher.h"

#include "core/engine/quant/weighted_svd.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

at::Tensor gradient(std::int64_t example) {
    return at::arange(12, at::kFloat).mul(0.37 * static_cast<double>(example + 1)).sin().view({3, 4});
}

Fisher over(std::int64_t begin, std::int64_t end) {
    Fisher sum;
    for (std::int64_t i = begin; i < end; ++i)
        accumulate(sum, "q", gradient(i));
    return sum;
}

double worst(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] / b[i] - 1));
    return most;
}

}  // namespace

class FisherTest : public QObject {
    Q_OBJECT
  private slots:
    void sumsAreOfSquaresOfEachExample() {
        const Fisher sum = over(0, 2);
        QCOMPARE(sum.examples, std::int64_t{2});
        const at::Tensor squares =
            gradient(0).to(at::kDouble).square() + gradient(1).to(at::kDouble).square();
        for (std::int64_t j = 0; j < 4; ++j)
            QVERIFY(std::abs(sum.inputs[static_cast<std::size_t>(j)] -
                             squares.select(1, j).sum().item<double>()) < 1e-14);
        for (std::int64_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(sum.outputs[static_cast<std::size_t>(i)] - squares[i].sum().item<double>()) <
                    1e-14);
    }

    void smallGradientsAreNotLost() {
        Fisher sum;
        accumulate(sum, "q", at::full({1, 2}, 1e-30, at::kFloat));
        QVERIFY(std::abs(sum.inputs[0] / 1e-60 - 1) < 1e-6);
    }

    /// y = w·x + e: the gradient of ½(y − w·x)² at the true w is −e·x, so that E[g²] = E[e²]·E[x_j²].
    void aLinearModelsIsTheClosedForm() {
        const at::Tensor strengths = at::tensor(std::vector<double>{0.5, 1, 2, 0}, at::kDouble);
        at::Generator random = at::detail::getDefaultCPUGenerator().clone();
        random.set_current_seed(3);
        const at::Tensor true_ = at::tensor(std::vector<double>{1, -2, 0.3, 5}, at::kDouble).view({1, 4});
        const std::int64_t examples = 20000;
        const at::Tensor x = at::randn({examples, 4}, random, at::kDouble) * strengths;
        const at::Tensor noise = at::randn({examples}, random, at::kDouble) * 0.7;
        Fisher sum;
        for (std::int64_t i = 0; i < examples; ++i) {
            const at::Tensor w = true_.clone().requires_grad_(true);
            const at::Tensor y = at::mv(true_, x[i]) + noise[i];
            (y - at::mv(w, x[i])).square().sum().mul(0.5).backward();
            accumulate(sum, "w", w.grad());
        }
        for (std::int64_t j = 0; j < 4; ++j) {
            const double strength = strengths[j].item<double>(), exact = 0.49 * strength * strength;
            const double ours = sum.inputs[static_cast<std::size_t>(j)] / static_cast<double>(examples);
            // Var(e²x²)/(E[e²x²])² is 8 for normal e and x.
            QVERIFY(std::abs(ours - exact) <= 4 * std::sqrt(8.0 / static_cast<double>(examples)) * exact);
        }
    }

    void partsMerge() {
        const Fisher whole = over(0, 5), sum = merged("q", over(0, 2), over(2, 5));
        QCOMPARE(sum.examples, std::int64_t{5});
        QVERIFY(worst(sum.inputs, whole.inputs) < 1e-14);
        QVERIFY(worst(sum.outputs, whole.outputs) < 1e-14);
        QVERIFY(merged("q", {}, whole) == whole);
        QVERIFY(merged("q", whole, {}) == whole);
        Fisher other;
        accumulate(other, "q", at::ones({4, 3}));
        VERIFY_ERROR(merged("q", whole, other), ErrorKind::Input, "different shapes");
    }

    void examplesSeenTwiceGiveTheSameFactors() {
        const Fisher once = over(0, 6), twice = merged("q", over(0, 6), over(0, 6));
        const at::Tensor w = gradient(9).to(at::kDouble);
        const auto stored = [&](const Fisher& fisher) {
            return WeightedSvd("q", w, diagonalOf("q", fisher.inputs, 1e-5), WeightedAxis::Inputs).stored(2);
        };
        QVERIFY(stored(once).left == stored(twice).left);
        QVERIFY(stored(once).right == stored(twice).right);
    }

    void theyAreKept() {
        const FisherSums sums{{"a.weight", over(0, 3)}, {"b.weight", over(1, 2)}};
        const media::TensorSet set = toTensorSet(sums);
        QCOMPARE(set.schema, std::string("fisher"));
        QCOMPARE(set.tensors.size(), std::size_t{4});
        QVERIFY(fisherSumsFrom(set) == sums);
        const std::vector<std::byte> state = toBytes(sums);
        QVERIFY(fisherSumsFrom(state) == sums);
        for (std::size_t length = 0; length < state.size(); ++length)
            QVERIFY(!refusalOf([&] { fisherSumsFrom(std::span(state).first(length)); }).isEmpty());
    }

    void damagedOnesAreRefused() {
        const media::TensorSet good = toTensorSet({{"a", over(0, 3)}});
        const auto changed = [&](const std::function<void(media::TensorSet&)>& change) {
            media::TensorSet set = good;
            change(set);
            return fisherSumsFrom(set);
        };
        VERIFY_ERROR(changed([](auto& set) { set.schema = "hessians"; }), ErrorKind::Input, "no Fisher");
        VERIFY_ERROR(changed([](auto& set) { set.tensors.pop_back(); }), ErrorKind::Input, "one side only");
        VERIFY_ERROR(changed([](auto& set) { set.tensors.push_back(set.tensors[0]); }), ErrorKind::Input,
                     "twice");
        VERIFY_ERROR(changed([](auto& set) { set.tensors[0].name = "a"; }), ErrorKind::Input,
                     "\"a\", which is no");
        for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
            VERIFY_ERROR(changed([&](auto& set) {
                             Array array(DType::F64, {4});
                             array.writable<double>()[2] = bad;
                             set.tensors[0].array = array;
                         }),
                         ErrorKind::Input, "NaN, infinite or negative");
        for (const Array& bad : {Array(DType::F32, {4}), Array(DType::F64, {2, 2}), Array(DType::F64, {0})})
            VERIFY_ERROR(changed([&](auto& set) { set.tensors[0].array = bad; }), ErrorKind::Input,
                         "no vector");
        for (const char* count : {"", "0", "-3", "2x", "99999999999999999999"})
            VERIFY_ERROR(changed([&](auto& set) { set.metadata["examples:a"] = count; }), ErrorKind::Input,
                         "how many examples");
    }

    void badGradientsAreRefused() {
        Fisher sum;
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({5})), ErrorKind::Input, "\"q\" is not a matrix");
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({0, 5})), ErrorKind::Input, "\"q\" is not a matrix");
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({2, 5}, at::kInt)), ErrorKind::Input, "floating-point");
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e200}) {
            at::Tensor broken = gradient(0).to(at::kDouble);
            broken[1][2] = bad;
            Fisher fresh;
            VERIFY_ERROR(accumulate(fresh, "q", broken), ErrorKind::Input, "\"q\" holds NaN or infinite");
        }
        accumulate(sum, "q", at::ones({3, 4}));
        VERIFY_ERROR(accumulate(sum, "q", at::ones({4, 3})), ErrorKind::Input, "another shape");
    }
};

QTEST_GUILESS_MAIN(FisherTest)
#include "fisher_test.moc"
