#include "core/run/installation.h"

#include <cstdlib>
#include <vector>

namespace ratescope::run {
namespace {

std::filesystem::path cacheFolder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return cache;
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home ? home : "/") / ".cache";
}

}  // namespace

std::filesystem::path programFolder() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::optional<std::filesystem::path> examplesFolder(const std::filesystem::path& program) {
    // Programs are built in build/PRESET/bin.
    const std::filesystem::path places[] = {program / ".." / "share" / "ratescope" / "examples",
                                            program / ".." / ".." / ".." / "resources" / "examples"};
    std::error_code ignored;
    for (const std::filesystem::path& place : places)
        if (std::filesystem::is_directory(place, ignored)) return std::filesystem::canonical(place, ignored);
    return std::nullopt;
}

std::map<std::string, std::filesystem::path> installedRoots() {
    const std::vector<std::pair<std::string, std::filesystem::path>> places = {
        {"RATESCOPE_SAMPLES", programFolder() / ".." / "share" / "ratescope" / "samples"},
        {"RATESCOPE_SAMPLES", cacheFolder() / "ratescope" / "samples"},
        {"RATESCOPE_MODELS", cacheFolder() / "ratescope" / "models"},
        {"RATESCOPE_DATA", std::filesystem::path("..") / "shared" / "data"}};
    std::map<std::string, std::filesystem::path> roots;
    std::error_code ignored;
    for (const char* const name : {"RATESCOPE_SAMPLES", "RATESCOPE_MODELS", "RATESCOPE_DATA"})
        if (const char* const set = std::getenv(name); set && *set) roots.emplace(name, set);
    for (const auto& [name, place] : places)
        if (std::filesystem::is_directory(place, ignored))
            roots.emplace(name, std::filesystem::canonical(place, ignored));
    return roots;
}

}  // namespace ratescope::run
