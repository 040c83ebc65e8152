#include "core/run/cache_folder.h"

#include "core/error.h"

#include <algorithm>
#include <vector>

namespace ratescope::run {

namespace fs = std::filesystem;

fs::path CacheFolder::file(const Hash& task, const std::string& port) const {
    return folder_ / (task.hex() + "." + port);
}

void CacheFolder::touch(const fs::path& file) const {
    std::error_code missing;
    fs::last_write_time(file, fs::file_time_type::clock::now(), missing);
}

std::optional<Hash> CacheFolder::taskOf(const fs::path& file) {
    const std::string name = file.filename().string();
    const std::size_t digits = 2 * std::tuple_size_v<decltype(Hash::bytes)>;
    if (name.size() < digits + 2 || name[digits] != '.') return std::nullopt;
    try {
        return Hash::fromHex(name.substr(0, digits));
    } catch (const Error&) {
        return std::nullopt;
    }
}

void CacheFolder::forEach(const std::function<void(const fs::path&)>& visit) const {
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error))
        visit(entry->path());
}

std::uint64_t CacheFolder::shrink(const std::function<bool(const fs::path&)>& inUse,
                                  const std::function<void(const fs::path&)>& removed) const {
    struct File {
        fs::file_time_type used;
        std::uint64_t size;
        fs::path path;
    };
    std::vector<File> files;
    std::uint64_t total = 0;
    forEach([&](const fs::path& path) {
        std::error_code error;
        const auto size = fs::file_size(path, error);
        if (error) return;
        const auto used = fs::last_write_time(path, error);
        if (error) return;
        files.push_back({used, size, path});
        total += size;
    });
    if (total <= limit_) return 0;
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
    std::uint64_t freed = 0;
    for (const File& file : files) {
        if (total - freed <= limit_) break;
        if (inUse(file.path)) continue;
        std::error_code error;
        if (!fs::remove(file.path, error)) continue;
        freed += file.size;
        removed(file.path);
    }
    return freed;
}

}  // namespace ratescope::run
