#include "core/engine/device/cuda/library.h"

#include "core/error.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace ratescope::engine {
namespace {

std::filesystem::path libraryFile() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" /
           "libratescope-cuda.so";
}

[[noreturn]] void refuse(const std::string& file) {
    const char* const reason = dlerror();
    throw Error(ErrorKind::Resource,
                "The CUDA kernels can't be loaded: " + std::string(reason ? reason : file),
                "Give the device cpu, or run scripts/setup --cuda-compiler and build again.");
}

const CudaKernels* loaded() {
    if (!cudaKernelsAreBuilt())
        throw Error(ErrorKind::Resource, "This build has no CUDA kernels.",
                    "Give the device cpu, or run scripts/setup --cuda-compiler and build again.");
    const std::string file = libraryFile().string();
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) refuse(file);
    const auto kernels = reinterpret_cast<CudaKernelsSymbol>(dlsym(library, cudaKernelsSymbol));
    if (!kernels) refuse(file);
    return kernels();
}

}  // namespace

bool cudaKernelsAreBuilt() {
    return std::filesystem::exists(libraryFile());
}

const CudaKernels& cudaKernels() {
    static const CudaKernels* const kernels = loaded();  // a failure is tried again by the next call
    return *kernels;
}

int cudaKernelDevices() {
    int count = 0;
    checkCuda(cudaKernels().devices(&count));
    return count;
}

void checkCuda(int error) {
    if (error != 0)
        throw Error(ErrorKind::Resource,
                    std::string("The CUDA device failed: ") + cudaKernels().text(error) + '.',
                    "Give the device cpu, or look whether the device is free and has memory left.");
}

}  // namespace ratescope::engine
