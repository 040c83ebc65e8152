// Hessians: sums, merging, keeping; dead inputs, damping, the factor of the inverse.

#include "core/engine/quant/hessian.h"

#include "core/engine/quant/factor.h"
#include "tests/core/engine/quant/synthetic_layer.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <limits>
#include <numeric>

using namespace ratescope;
using namespace ratescope::engine;
using namespace ratescope::engine::test;

namespace {

at::Tensor tokens(std::int64_t count, std::int64_t inputs, std::uint64_t seed = 4) {
    const SyntheticLayer layer = syntheticLayer(seed, {1, inputs, count});
    return at::from_blob(const_cast<float*>(layer.activations.values.data()), {count, inputs}, at::kFloat)
        .clone();
}

double largestDifference(const Matrix<double>& a, const Matrix<double>& b) {
    double largest = 0, scale = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
        scale = std::max(scale, std::abs(a.values[i]));
    }
    return largest / scale;
}

Matrix<double> exactHessian(const at::Tensor& x, double sequences) {
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor product = at::mm(wide.t(), wide).mul(2 / sequences).contiguous();
    Matrix<double> result(product.size(0), product.size(0));
    std::copy_n(product.data_ptr<double>(), result.values.size(), result.values.begin());
    return result;
}

}  // namespace

class HessianTest : public QObject {
    Q_OBJECT
  private slots:
    void itIsTheSecondMomentOfAllTokens() {
        const at::Tensor x = tokens(5000, 300);
        Hessian sum;
        accumulate(sum, "q", x.slice(0, 0, 2000).view({4, 500, 300}), 4);
        accumulate(sum, "q", x.slice(0, 2000, 5000), 6);
        QCOMPARE(sum.sequences, std::int64_t{10});
        QVERIFY(largestDifference(sum.values, exactHessian(x, 10)) < 1e-5);
        for (std::int64_t i = 0; i < 300; ++i)
            for (std::int64_t j = 0; j < i; ++j)
                QCOMPARE(sum.values.at(i, j), sum.values.at(j, i));
    }

    void partsMerge() {
        const at::Tensor x = tokens(900, 40);
        Hessian whole, first, second;
        accumulate(whole, "q", x, 3);
        accumulate(first, "q", x.slice(0, 0, 300), 1);
        accumulate(second, "q", x.slice(0, 300, 900), 2);
        const Hessian sum = merged("q", first, second);
        QCOMPARE(sum.sequences, std::int64_t{3});
        QVERIFY(largestDifference(sum.values, whole.values) < 1e-6);
        QVERIFY(merged("q", {}, first).values == first.values);
        Hessian other;
        accumulate(other, "q", x.slice(1, 0, 39), 1);
        VERIFY_ERROR(merged("q", first, other), ErrorKind::Input, "different sizes");
    }

    void halfPrecisionActivationsAreTaken() {
        const at::Tensor x = tokens(200, 30).to(at::kBFloat16);
        Hessian sum;
        accumulate(sum, "q", x, 1);
        QVERIFY(largestDifference(sum.values, exactHessian(x, 1)) < 1e-5);
    }

    void theyAreKept() {
        Hessians hessians;
        accumulate(hessians["a"], "a", tokens(90, 20), 2);
        accumulate(hessians["b"], "b", tokens(90, 12), 5);
        const media::TensorSet set = toTensorSet(hessians);
        QCOMPARE(set.schema, std::string("hessians"));
        const Hessians back = hessiansFrom(set);
        QCOMPARE(back.size(), std::size_t{2});
        QVERIFY(back.at("a").values == hessians.at("a").values);
        QCOMPARE(back.at("b").sequences, std::int64_t{5});
        QVERIFY(hessianOf(set, "b").values == hessians.at("b").values);
        VERIFY_ERROR(hessianOf(set, "c"), ErrorKind::Input, "no Hessian of \"c\"");
    }

    void linearsThatReadTheSameShareOne() {
        Hessian both;
        accumulate(both, "q", tokens(90, 20), 2);
        media::TensorSet set;
        addTo(set, {"q", "k"}, both);
        QCOMPARE(set.tensors.size(), std::size_t{2});
        QCOMPARE(set.tensors[0].array.bytes().data(), set.tensors[1].array.bytes().data());
        for (const char* name : {"q", "k"}) {
            QVERIFY(hessianOf(set, name).values == both.values);
            QCOMPARE(hessianOf(set, name).sequences, std::int64_t{2});
        }
    }

    void damagedOnesAreRefused() {
        Hessians hessians;
        accumulate(hessians["a"], "a", tokens(90, 20), 2);
        const media::TensorSet good = toTensorSet(hessians);
        const auto withValue = [&](std::size_t index, double value) {
            media::TensorSet set = good;
            Array array(DType::F64, {20, 20});
            std::ranges::copy(good.tensors[0].array.as<double>(), array.writable<double>().begin());
            array.writable<double>()[index] = value;
            set.tensors[0].array = array;
            return set;
        };
        VERIFY_ERROR(hessiansFrom(withValue(0, -1)), ErrorKind::Input, "negative");
        VERIFY_ERROR(hessiansFrom(withValue(0, std::nan(""))), ErrorKind::Input, "NaN");
        VERIFY_ERROR(hessiansFrom(withValue(1, std::nan(""))), ErrorKind::Input, "not symmetric");
        VERIFY_ERROR(hessiansFrom(withValue(1, 1e9)), ErrorKind::Input, "not symmetric");
        media::TensorSet set = good;
        set.schema = "parameters";
        VERIFY_ERROR(hessiansFrom(set), ErrorKind::Input, "no Hessians");
        for (const char* count : {"", "0", "-3", "2x", "99999999999999999999"}) {
            set = good;
            set.metadata["sequences:a"] = count;
            VERIFY_ERROR(hessiansFrom(set), ErrorKind::Input, "how many sequences");
        }
        set = good;
        set.tensors[0].array = Array(DType::F64, {20, 19});
        VERIFY_ERROR(hessiansFrom(set), ErrorKind::Input, "square");
        set.tensors[0].array = Array(DType::I32, {20, 20});
        VERIFY_ERROR(hessiansFrom(set), ErrorKind::Input, "floating point");
        set = good;
        set.tensors.push_back(set.tensors[0]);
        VERIFY_ERROR(hessiansFrom(set), ErrorKind::Input, "two Hessians");
    }

    void badActivationsAreRefused() {
        Hessian sum;
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({0, 5}), 1), ErrorKind::Input, "\"q\" are empty");
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({5}), 1), ErrorKind::Input, "not a matrix");
        VERIFY_ERROR(accumulate(sum, "q", at::zeros({4, 5}, at::kInt), 1), ErrorKind::Input,
                     "floating-point");
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e30}) {
            Hessian fresh;
            at::Tensor x = tokens(10, 5);
            x[3][2] = bad;
            VERIFY_ERROR(accumulate(fresh, "q", x, 1), ErrorKind::Input, "NaN or infinite");
        }
        accumulate(sum, "q", tokens(10, 5), 1);
        VERIFY_ERROR(accumulate(sum, "q", tokens(10, 6), 1), ErrorKind::Input, "another width");
    }

    void theFactorIsThatOfTheInverse() {
        const SyntheticLayer layer = syntheticLayer(2, {1, 60, 300});
        for (const bool actOrder : {false, true}) {
            const InverseFactor factor = factorInverse("q", layer.hessian.values, {0.02, actOrder});
            const Matrix<double> damped = dampedHessian(layer.hessian.values, factor);
            const at::Tensor upper =
                at::from_blob(const_cast<float*>(factor.columns.values.data()), {60, 60}, at::kFloat)
                    .to(at::kDouble)
                    .t();
            const at::Tensor hessian =
                at::from_blob(const_cast<double*>(damped.values.data()), {60, 60}, at::kDouble);
            QVERIFY((upper - upper.triu()).abs().max().item<double>() == 0);
            const at::Tensor one = at::mm(hessian, at::mm(upper.t(), upper));
            QVERIFY((one - at::eye(60, at::kDouble)).abs().max().item<double>() < 1e-4);
            QCOMPARE(factor.isOrdered(), actOrder);
            for (std::int64_t j = 1; actOrder && j < 60; ++j)
                QVERIFY(damped.at(j, j) <= damped.at(j - 1, j - 1));
        }
    }

    void dampingIsOfTheMeanAfterDeadInputsAreMended() {
        Matrix<double> hessian(3, 3);
        hessian.at(0, 0) = 4;
        hessian.at(2, 2) = 7;
        const InverseFactor factor = factorInverse("q", hessian, {0.5, true});
        QCOMPARE(factor.dead, (std::vector<std::uint8_t>{0, 1, 0}));
        QCOMPARE(factor.order, (std::vector<std::int64_t>{2, 0, 1}));
        const Matrix<double> damped = dampedHessian(hessian, factor);
        QCOMPARE(damped.at(0, 0), 9.0);
        QCOMPARE(damped.at(1, 1), 6.0);
        QCOMPARE(damped.at(2, 2), 3.0);
    }

    void anIndefiniteOneIsDampedMoreAndSaysSo() {
        Matrix<double> hessian(2, 2, 1.0);
        hessian.at(0, 1) = hessian.at(1, 0) = 1.5;  // eigenvalue −0.5
        const InverseFactor factor = factorInverse("q", hessian, {0.01, false});
        QCOMPARE(factor.damping, 1.0);
        for (const double damping : {0.0, 20000.0})
            VERIFY_ERROR(factorInverse("q", hessian, {damping, false}), ErrorKind::Usage,
                         "above 0 and be no more than 10000");
        hessian.at(0, 1) = hessian.at(1, 0) = 1e9;
        VERIFY_ERROR(factorInverse("q", hessian, {}), ErrorKind::Input, "not positive definite");
    }

    void badHessiansAreRefused() {
        VERIFY_ERROR(factorInverse("q", Matrix<double>(), {}), ErrorKind::Input, "\"q\" is empty");
        VERIFY_ERROR(factorInverse("q", Matrix<double>(2, 3), {}), ErrorKind::Input, "not square");
        Matrix<double> hessian(2, 2, 1.0);
        hessian.at(0, 0) = -1;
        VERIFY_ERROR(factorInverse("q", hessian, {}), ErrorKind::Input, "negative diagonal");
        hessian.at(0, 0) = std::nan("");
        VERIFY_ERROR(factorInverse("q", hessian, {}), ErrorKind::Input, "NaN");
    }
};

QTEST_GUILESS_MAIN(HessianTest)
#include "hessian_test.moc"
