#include "core/run/environment.h"

#include "core/build_info.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>

namespace ratescope::run {
namespace {

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string cpuModel() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

/// Nothing when the file is not there or holds no number ("max").
std::optional<std::uint64_t> numberIn(const std::string& path) {
    std::ifstream file(path);
    std::string text;
    if (!(file >> text)) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

store::Environment gatherEnvironment(const std::string& commandLine, const std::string& device) {
    const BuildInfo& build = buildInfo();
    store::Environment environment;
    environment.version = build.version;
    environment.commit = build.commit;
    environment.dirty = build.dirty;
    environment.patch = build.patch;
    environment.compiler = build.compiler;
    environment.host = hostName();
    environment.cpu = cpuModel();
    environment.device = device;
    environment.commandLine = commandLine;
    return environment;
}

std::uint64_t physicalMemory() {
    std::uint64_t bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                          static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
    for (const char* limit : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
        if (const auto number = numberIn(limit)) bytes = std::min(bytes, *number);
    return bytes;
}

}  // namespace ratescope::run
