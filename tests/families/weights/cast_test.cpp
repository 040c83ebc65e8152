// weights.cast: values as IEEE rounding says, everything else untouched, what can't be cast refused.

#include "core/media/quality/half.h"
#include "plugins/weights/nodes.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& cast() {
    static const NodeEntry entry = weights::castNode();
    return entry;
}

TensorSet sample(float third = 3.0F) {
    Array reals(DType::F32, {3});
    std::ranges::copy(std::vector{1.0F / 3, -0.0F, third}, reals.writable<float>().begin());
    Array whole(DType::I64, {2});
    whole.writable<std::int64_t>()[1] = -7;
    return {"sample", {{"reals", reals}, {"whole", whole}, {"empty", Array(DType::F32, {0})}}, {{"a", "b"}}};
}

Settings to(const std::string& type) {
    return {{"type", type}};
}

}  // namespace

class CastTest : public QObject {
    Q_OBJECT

  private slots:
    void valuesAreRounded() {
        const Outputs bf16 = transform(cast(), inputs("tensors", sample()));
        const TensorSet& set = tensorsAt(bf16);
        QCOMPARE(set.schema, std::string("sample"));
        QCOMPARE(set.metadata.size(), 1U);
        QCOMPARE(set.tensors.size(), 3U);
        QVERIFY(set.tensors[0].array.type() == DType::BF16);
        const auto values = set.tensors[0].array.as<std::uint16_t>();
        // 1/3 is 0x3eaaaaab: the upper half, rounded up.
        QCOMPARE(values[0], 0x3eab);
        QCOMPARE(values[1], 0x8000);
        QCOMPARE(values[2], 0x4040);
        QVERIFY(set.tensors[1].array.type() == DType::I64);
        QCOMPARE(set.tensors[1].array.as<std::int64_t>()[1], -7);
        QVERIFY(set.tensors[2].array.type() == DType::BF16);

        const Outputs half = transform(cast(), inputs("tensors", sample()), to("fp16"));
        QCOMPARE(tensorsAt(half).tensors[0].array.as<std::uint16_t>()[0], 0x3555);
    }

    void wideningIsExact() {
        const Outputs narrow = transform(cast(), inputs("tensors", sample()));
        const Outputs wide = transform(cast(), inputs("tensors", tensorsAt(narrow)), to("fp32"));
        const Array& array = tensorsAt(wide).tensors[0].array;
        QVERIFY(array.type() == DType::F32);
        QCOMPARE(array.as<float>()[0], bfloat16ToFloat(0x3eab));
        const Outputs again = transform(cast(), inputs("tensors", tensorsAt(wide)));
        QVERIFY(std::ranges::equal(tensorsAt(again).tensors[0].array.bytes(),
                                   tensorsAt(narrow).tensors[0].array.bytes()));
    }

    void whatIsNotFiniteIsRefused() {
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
            for (const char* type : {"bf16", "fp16", "fp32"}) {
                const QString error =
                    errorOf([&] { transform(cast(), inputs("tensors", sample(bad)), to(type)); });
                QVERIFY2(error.startsWith("input: ") && error.contains("\"reals\""), qPrintable(error));
            }
        for (const double bad : {1e39, std::numeric_limits<double>::infinity()})
            for (const char* type : {"bf16", "fp16", "fp32"}) {
                Array wide(DType::F64, {2});
                wide.writable<double>()[1] = bad;
                const QString error = errorOf([&] {
                    transform(cast(), inputs("tensors", TensorSet{"", {{"wide", wide}}, {}}), to(type));
                });
                QVERIFY2(
                    error.startsWith(bad > 1e300 ? "input: Tensor \"wide\" holds NaN or infinite weights."
                                                 : "input: Tensor \"wide\" holds weights too large for f32."),
                    qPrintable(error));
            }
        QVERIFY(errorOf([&] {
                    transform(cast(), inputs("tensors", sample(1e6F)), to("fp16"));
                }).contains("too large"));
        QCOMPARE(errorOf([&] { transform(cast(), inputs("tensors", sample(1e6F))); }), QString());
        QVERIFY(errorOf([&] { transform(cast(), inputs("tensors", TensorSet())); }).startsWith("input: "));
    }
};

QTEST_GUILESS_MAIN(CastTest)
#include "cast_test.moc"
