#pragma once

// What a library's folder lies on, and whether somebody holds the library.

#include "core/store/library.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ratescope::store {

/// Whether a file system with this number (statfs, f_type) is reached over a network or through FUSE, where
/// locks and shared memory can't be relied upon.
bool isNetworkFileSystem(std::uint64_t type);

/// Asks the operating system. A folder that does not exist counts as local.
Medium mediumOf(const std::filesystem::path& folder);

/// "FILE.lock", held with flock until the object or the process ends, however it ends; not inherited by
/// programs that the process starts.
class LockFile {
  public:
    /// Nothing when another process holds it. Throws Error(Library) when the lock file can't be made.
    static std::optional<LockFile> take(const std::filesystem::path& library);
    static bool isHeld(const std::filesystem::path& library);
    /// Who holds it, as its text says: "process 4711 on tethys"; "another process" if the text can't be
    /// read.
    static std::string holder(const std::filesystem::path& library);

    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    ~LockFile();

  private:
    explicit LockFile(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

std::string hostName();

}  // namespace ratescope::store
