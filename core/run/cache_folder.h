#pragma once

// The library's cache folder: value files that can be made again, bounded in size. The least recently used go
// first, never one that is in use.

#include "core/hash.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace ratescope::run {

class CacheFolder {
  public:
    CacheFolder(std::filesystem::path folder, std::uint64_t limit)
        : folder_(std::move(folder)), limit_(limit) {}

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path file(const Hash& task, const std::string& port) const;
    /// Marks the file as just used.
    void touch(const std::filesystem::path& file) const;
    /// The task whose value the file is; nothing for other files.
    static std::optional<Hash> taskOf(const std::filesystem::path& file);
    void forEach(const std::function<void(const std::filesystem::path&)>& visit) const;
    /// Removes files until what is left takes no more than the limit. `inUse` is asked for each.
    /// Returns the bytes removed; `removed` is told of each.
    std::uint64_t shrink(const std::function<bool(const std::filesystem::path&)>& inUse,
                         const std::function<void(const std::filesystem::path&)>& removed) const;

  private:
    std::filesystem::path folder_;
    std::uint64_t limit_;
};

}  // namespace ratescope::run
