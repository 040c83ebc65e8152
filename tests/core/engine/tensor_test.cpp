// Arrays as tensors and back: no copy, lifetime kept, every element type.

#include "core/engine/tensor.h"

#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <optional>

using namespace ratescope;
using namespace ratescope::engine;

class TensorTest : public QObject {
    Q_OBJECT
  private slots:
    void everyElementTypeGoesBothWays() {
        for (const char* name :
             {"u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f16", "bf16", "f32", "f64", "bool"}) {
            const DType type = dtypeFromText(name);
            QCOMPARE(dtypeOf(scalarTypeOf(type)), type);
            QCOMPARE(at::elementSize(scalarTypeOf(type)), sizeOf(type));
        }
    }

    void anArrayIsSeenWithoutACopy() {
        Array array(DType::F32, {2, 3});
        const auto values = array.writable<float>();
        for (int i = 0; i < 6; ++i)
            values[static_cast<std::size_t>(i)] = static_cast<float>(i) / 2;
        const at::Tensor tensor = tensorOf(array);
        QCOMPARE(tensor.const_data_ptr(), static_cast<const void*>(array.bytes().data()));
        QCOMPARE(tensor.sizes(), at::IntArrayRef({2, 3}));
        QCOMPARE(tensor[1][2].item<float>(), 2.5f);
    }

    void theTensorKeepsTheMemory() {
        auto owner = std::make_shared<std::vector<std::int32_t>>(4, 7);
        const std::weak_ptr<std::vector<std::int32_t>> watched = owner;
        std::optional<at::Tensor> tensor;
        {
            const Array view(DType::I32, {4}, std::as_bytes(std::span(*owner)), owner);
            tensor = tensorOf(view).slice(0, 1, 3);
        }
        owner.reset();
        QVERIFY(!watched.expired());
        QCOMPARE(tensor->sum().item<std::int64_t>(), std::int64_t{14});
        tensor.reset();
        QVERIFY(watched.expired());
    }

    void aTensorIsSeenWithoutACopyWhereItLiesContiguous() {
        const at::Tensor tensor = at::arange(6, at::kDouble).view({3, 2});
        const void* memory = tensor.const_data_ptr();
        const Array array = arrayOf(tensor);
        QCOMPARE(static_cast<const void*>(array.bytes().data()), memory);
        QCOMPARE(array.shape(), (Shape{3, 2}));
        const Array turned = arrayOf(tensor.t());
        QVERIFY(static_cast<const void*>(turned.bytes().data()) != memory);
        QCOMPARE(turned.as<double>()[1], 2.0);
    }

    void theArrayKeepsTheMemory() {
        const Array array = arrayOf(at::full({1000}, 3.0f).slice(0, 10, 20));
        QCOMPARE(array.size(), std::int64_t{10});
        for (const float value : array.as<float>())
            QCOMPARE(value, 3.0f);
    }

    void emptyAndScalarTensors() {
        QCOMPARE(arrayOf(tensorOf(Array(DType::U8, {0, 5}))).shape(), (Shape{0, 5}));
        QCOMPARE(tensorOf(Array(DType::I64, {})).item<std::int64_t>(), std::int64_t{0});
    }

    void aTypeThatArraysLackIsRefused() {
        VERIFY_ERROR(arrayOf(at::zeros({2}, at::kComplexFloat)), ErrorKind::Internal, "ComplexFloat");
    }
};

QTEST_GUILESS_MAIN(TensorTest)
#include "tensor_test.moc"
