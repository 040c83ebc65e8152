// The CUDA kernels against their twins, bit for bit, where a device is; and what is said where none is.

#include "core/engine/device/cuda/library.h"
#include "core/engine/device/cuda/on_device.h"
#include "core/engine/device/cuda/twins.h"
#include "tests/core/engine/cuda/group_samples.h"
#include "tests/core/engine/packed/sample_products.h"
#include "tests/core/error_check.h"

#include <dlfcn.h>

#include <QTest>
#include <limits>

using namespace ratescope;
using namespace ratescope::engine;

#define REQUIRE_KERNELS()                                               \
    do {                                                                \
        if (!cudaKernelsAreBuilt()) QSKIP("skipped: no CUDA compiler"); \
    } while (false)

#define REQUIRE_DEVICE()                                                \
    do {                                                                \
        REQUIRE_KERNELS();                                              \
        if (cudaKernelDevices() == 0) QSKIP("skipped: no CUDA device"); \
    } while (false)

namespace {

void compareProducts(const PackedMatrix& matrix, const Activations& activations) {
    std::vector<float> expected(activations.tokens() * matrix.rows(), -1.0f), out(expected.size(), -2.0f);
    multiplyByTwin(productOf(layoutWithCodes(matrix), matrix.columns(), activations, expected));
    PackedMatrixOnDevice(0, matrix).multiply(activations, out);
    QVERIFY2(bitsOf(out) == bitsOf(expected), toText(matrix.format()));
}

}  // namespace

class CudaParityTest : public QObject {
    Q_OBJECT
  private slots:
    void aBuildWithoutKernelsSaysSo() {
        if (cudaKernelsAreBuilt()) QSKIP("skipped: this build has the kernels");
        VERIFY_ERROR(cudaKernels(), ErrorKind::Resource, "no CUDA kernels");
        VERIFY_ERROR(cudaKernelDevices(), ErrorKind::Resource, "no CUDA kernels");
    }

    void theKernelsAreLoadedWithoutLibTorch() {
        REQUIRE_KERNELS();
        QVERIFY(cudaKernelDevices() >= 0);
        QCOMPARE(&cudaKernels(), &cudaKernels());
        for (const char* name : {"libtorch_cuda.so", "libtorch_cpu.so", "libc10_cuda.so", "libc10.so"})
            QVERIFY2(!dlopen(name, RTLD_NOLOAD | RTLD_LAZY), name);
    }

    void aDeviceThatIsNotThereIsRefused() {
        REQUIRE_KERNELS();
        GroupSample sample = groupSamples().front();
        const std::vector<std::uint16_t> before = sample.codes;
        const int none = cudaKernelDevices();
        VERIFY_ERROR(encodeOnDevice(none, sample.job()), ErrorKind::Resource, "The CUDA device failed");
        VERIFY_ERROR(PackedMatrixOnDevice(none, matrixOf(PackedFormat::SymmetricFour, {5, 64}, 1)),
                     ErrorKind::Resource, "The CUDA device failed");
        QCOMPARE(sample.codes, before);
    }

    void productsAreThoseOfTheTwin() {
        REQUIRE_DEVICE();
        for (const PackedFormat format : packedFormats)
            for (const SampleSize size : sampleSizes)
                for (const std::size_t tokens : {1, 3, 8}) {
                    if (format == PackedFormat::Float32) continue;
                    compareProducts(matrixOf(format, size, 1),
                                    activationsOf(ActivationFormat::QuantisedEight,
                                                  gaussian(tokens * size.columns, 2), size.columns));
                }
    }

    void extremesAreThoseOfTheTwin() {
        REQUIRE_DEVICE();
        using media::BlockFormat;
        std::vector<float> values = extremeActivations();
        for (const float last : {values[191], std::numeric_limits<float>::infinity()}) {
            values[191] = last;
            const Activations activations = activationsOf(ActivationFormat::QuantisedEight, values, 192);
            for (const auto blocks : {BlockFormat::Q4_0, BlockFormat::Q4_1, BlockFormat::Q8_0})
                compareProducts(extremeMatrix(blocks, 35, 192), activations);
        }
    }

    void codesAndValuesAreThoseOfTheTwin() {
        REQUIRE_DEVICE();
        for (GroupSample& sample : groupSamples()) {
            GroupSample expected = sample;
            encodeByTwin(expected.job());
            encodeOnDevice(0, sample.job());
            QCOMPARE(sample.codes, expected.codes);
            decodeByTwin(expected.job());
            decodeOnDevice(0, sample.job());
            QCOMPARE(bitsOf(sample.values), bitsOf(expected.values));
        }
    }
};

QTEST_APPLESS_MAIN(CudaParityTest)
#include "parity_test.moc"
