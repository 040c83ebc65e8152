// The choice of a device, and what holds while a task computes.

#include "core/engine/device/device.h"

#include "core/engine/device/compute_scope.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>

#include <QTest>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

bool driverIsHere() {
    return dlopen("libcuda.so.1", RTLD_LAZY) != nullptr;
}

}  // namespace

class DeviceTest : public QObject {
    Q_OBJECT
  private slots:
    void theCpuIsAlwaysThere() { QVERIFY(chooseDevice("cpu").is_cpu()); }

    void otherNamesAreRefused() {
        for (const char* name :
             {"", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "cuda:1x", "cuda:999", "cuda0"})
            VERIFY_ERROR(chooseDevice(name), ErrorKind::Usage, "There is no device");
    }

    void withoutADriverCudaIsRefusedAndAutoIsTheCpu() {
        if (driverIsHere()) QSKIP("skipped: this machine has a CUDA driver");
        VERIFY_ERROR(chooseDevice("cuda"), ErrorKind::Resource, "no CUDA driver");
        VERIFY_ERROR(chooseDevice("cuda:1"), ErrorKind::Resource, "no CUDA driver");
        QVERIFY(chooseDevice("auto").is_cpu());
        // Without the CUDA half nothing of it may have been loaded.
        QVERIFY(!dlopen("libtorch_cuda.so", RTLD_NOLOAD | RTLD_LAZY));
    }

    void aCudaDeviceComputes() {
        if (!driverIsHere()) QSKIP("skipped: no CUDA device");
        const at::Device device = chooseDevice("auto");
        if (!device.is_cuda()) QSKIP("skipped: no CUDA device");
        QCOMPARE(at::ones({3}, device).sum().item<float>(), 3.0f);
    }

    void threadsBelongToTheTask() {
        const int before = at::get_num_threads();
        {
            const ComputeScope scope(before + 1);
            QCOMPARE(at::get_num_threads(), before + 1);
            QVERIFY(!c10::GradMode::is_enabled());
        }
        QCOMPARE(at::get_num_threads(), before);
        QVERIFY(c10::GradMode::is_enabled());
        VERIFY_ERROR(ComputeScope(0), ErrorKind::Internal, "no thread");
    }
};

QTEST_GUILESS_MAIN(DeviceTest)
#include "device_test.moc"
