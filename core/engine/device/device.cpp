#include "core/engine/device/device.h"

#include "core/error.h"
#include "core/utf8.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include <charconv>
#include <filesystem>
#include <mutex>

namespace ratescope::engine {
namespace {

constexpr const char* useTheCpu = "Give the device cpu.";

std::filesystem::path libTorchFolder() {
    Dl_info info;
    if (dladdr(reinterpret_cast<const void*>(&at::detail::getCUDAHooks), &info) == 0 || !info.dli_fname)
        throw Error(ErrorKind::Internal, "The loader does not say where LibTorch is.", "");
    return std::filesystem::path(info.dli_fname).parent_path();
}

/// LibTorch finds its CUDA half by what that half registers while it is loaded, and asks once: it must not be asked
/// for devices before.
void loadCuda() {
    if (!dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL))
        throw Error(ErrorKind::Resource, "This machine has no CUDA driver.", useTheCpu);
    const std::string library = (libTorchFolder() / "libtorch_cuda.so").string();
    if (!dlopen(library.c_str(), RTLD_LAZY | RTLD_GLOBAL)) {
        const char* reason = dlerror();
        throw Error(ErrorKind::Resource,
                    "LibTorch's CUDA half can't be loaded: " + std::string(reason ? reason : library),
                    "Give the device cpu, or build with RATESCOPE_LIBTORCH naming a LibTorch with CUDA.");
    }
}

int cudaDevices() {
    static std::mutex mutex;
    static int count = -1;  // a failure is tried again by the next call
    const std::lock_guard lock(mutex);
    if (count < 0) {
        loadCuda();
        count = at::detail::getCUDAHooks().getNumGPUs();
    }
    return count;
}

at::Device cudaDevice(int index) {
    const int count = cudaDevices();
    if (index >= count)
        throw Error(ErrorKind::Resource,
                    "There is no CUDA device " + std::to_string(index) + ": this machine has " +
                        std::to_string(count) + " that can be used.",
                    useTheCpu);
    return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

/// The n of "cuda:n"; -1 where it is none.
int indexIn(const std::string& digits) {
    int index = -1;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, index);
    return error == std::errc() && stop == end && index < 128 ? index : -1;
}

}  // namespace

at::Device chooseDevice(const std::string& name) {
    if (name == "cpu") return at::kCPU;
    if (name == "cuda") return cudaDevice(0);
    if (name.starts_with("cuda:")) {
        const int index = indexIn(name.substr(5));
        if (index >= 0) return cudaDevice(index);
    }
    if (name != "auto")
        throw Error(ErrorKind::Usage, "There is no device " + quote(name) + ".",
                    "Use auto, cpu, cuda or cuda:n.");
    try {
        return cudaDevice(0);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Resource) throw;
        return at::kCPU;
    }
}

std::string libTorchVersion() {
    return std::string(TORCH_VERSION) + ", " + at::get_cpu_capability();
}

}  // namespace ratescope::engine
