#include "core/media/worker/process_limits.h"

#include "core/buffer/freed_memory.h"
#include "core/sanitizer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

namespace ratescope::media {
namespace {

constexpr std::uint64_t worthTrimming =
    256U << 20;  ///< bytes; below it a task of a millisecond would pay for nothing

/// A line of /proc/self/status in bytes ("VmHWM:     1234 kB"); 0 if there is none.
std::uint64_t statusBytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(name + ":", 0) == 0)
            return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10) * 1024;
    return 0;
}

}  // namespace

void resetPeakMemory() {
    // What an earlier task has freed, and the heap still holds, is not this one's.
    if (statusBytes("VmRSS") > worthTrimming) giveBackFreed();
    const int descriptor = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    // "5" sets VmHWM to the present size (proc(5)); where it is refused the older peak stands.
    [[maybe_unused]] const ssize_t count = ::write(descriptor, "5", 1);
    ::close(descriptor);
}

std::uint64_t peakMemory() {
    if (const std::uint64_t peak = statusBytes("VmHWM")) return peak;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

AddressSpaceLimit::AddressSpaceLimit(std::uint64_t beyond) {
    if (hasSanitizer || beyond == 0 || ::getrlimit(RLIMIT_AS, &before_) != 0) return;
    rlimit limit = before_;
    limit.rlim_cur = std::min<rlim_t>(before_.rlim_max, statusBytes("VmSize") + beyond);
    limited_ = ::setrlimit(RLIMIT_AS, &limit) == 0;
}

AddressSpaceLimit::~AddressSpaceLimit() {
    if (limited_) ::setrlimit(RLIMIT_AS, &before_);
}

}  // namespace ratescope::media
