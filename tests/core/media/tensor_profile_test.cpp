// What the map of a tensor measure says: errors, ends and histograms by hand, and what it refuses.

#include "core/media/quality/tensor_profile.h"

#include "tests/core/media/media_values.h"
#include "tests/families/support.h"

#include <nlohmann/json.hpp>

#include <QTest>
#include <cmath>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

Array floats(Shape shape, const std::vector<float>& values) {
    Array array(DType::F32, std::move(shape));
    std::ranges::copy(values, array.writable<float>().begin());
    return array;
}

const Array& in(const TensorSet& profile, const std::string& name) {
    for (const Tensor& tensor : profile.tensors)
        if (tensor.name == name) return tensor.array;
    throw std::runtime_error("no " + name);
}

}  // namespace

class TensorProfileTest : public QObject {
    Q_OBJECT
  private slots:
    void errorsAndHistogramsAreThoseOfTheValues() {
        TensorSet reference, candidate;
        reference.tensors = {
            {"w", floats({2, 2}, {-3, 0, 1, 4})}, {"n", Array(DType::I64, {2})}, {"b", floats({2}, {0, 0})}};
        candidate.tensors = {
            {"b", floats({2}, {0, 1})}, {"n", Array(DType::I64, {2})}, {"w", floats({2, 2}, {-3, 0, 1, 9})}};
        TestContext context;
        const TensorSet profile = tensorProfile(context, reference, candidate);
        QCOMPARE(profile.schema, std::string("tensor-profile"));
        const auto list = nlohmann::json::parse(profile.metadata.at("tensors"));
        QCOMPARE(
            QString::fromStdString(list.dump()),
            QString(R"([{"name":"w","shape":[2,2],"type":"f32"},{"name":"b","shape":[2],"type":"f32"}])"));
        QCOMPARE(in(profile, "weights").as<std::int64_t>()[0], std::int64_t{4});
        QCOMPARE(in(profile, "searched").as<std::uint8_t>()[0], std::uint8_t{1});
        QCOMPARE(in(profile, "searched").as<std::uint8_t>()[1], std::uint8_t{0});
        const auto errors = in(profile, "error").as<double>();
        QCOMPARE(errors[0], 5 / std::sqrt(26.0));
        QVERIFY(std::isinf(errors[1]));
        QCOMPARE(in(profile, "largest-error").as<double>()[0], 5.0);
        QCOMPARE(in(profile, "low").as<double>()[0], -3.0);
        QCOMPARE(in(profile, "high").as<double>()[0], 4.0);
        const auto original = in(profile, "reference").as<std::uint32_t>(),
                   made = in(profile, "candidate").as<std::uint32_t>();
        QCOMPARE(original.size(), std::size_t{2 * profileBins});
        // −3 … 4 in 32 bins: 0 lies in the 14th, 1 in the 19th; 9 is counted in the last.
        for (const auto& counts : {original, made})
            for (std::size_t bin = 0; bin < profileBins; ++bin)
                QCOMPARE(counts[bin], std::uint32_t{bin == 0 || bin == 13 || bin == 18 || bin == 31});
    }

    void aFewOutliersLeaveTheRestToBeSeen() {
        std::vector<float> values(10'000);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(std::sin(static_cast<double>(i)));
        values[17] = 1000;
        TensorSet set;
        set.tensors = {{"w", floats({100, 100}, values)}};
        TestContext context;
        const TensorSet profile = tensorProfile(context, set, set);
        QCOMPARE(in(profile, "low").as<double>()[0], static_cast<double>(*std::ranges::min_element(values)));
        QVERIFY(in(profile, "high").as<double>()[0] < 50);
        const auto counts = in(profile, "reference").as<std::uint32_t>();
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0u), 10'000u);
        QCOMPARE(counts[31], 1u);
    }

    void whatDoesNotFitIsRefused() {
        TensorSet set, other;
        set.tensors = {{"w", floats({2}, {1, 2})}};
        other.tensors = {{"v", floats({2}, {1, 2})}};
        TestContext context;
        QVERIFY(errorOf([&] { tensorProfile(context, set, other); }).contains("\"w\" is missing"));
        other.tensors = {{"w", floats({2}, {1, std::nanf("")})}};
        QVERIFY(errorOf([&] { tensorProfile(context, set, other); }).contains("NaN"));
        TestContext cancelled(1);
        QVERIFY(errorOf([&] { tensorProfile(cancelled, set, set); }).startsWith("cancelled"));
        QCOMPARE(tensorProfile(context, {}, {}).tensors.front().array.size(), std::int64_t{0});
    }
};

QTEST_GUILESS_MAIN(TensorProfileTest)
#include "tensor_profile_test.moc"
