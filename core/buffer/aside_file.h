#pragma once

// Files that appear whole or not at all: written under a temporary name in the same folder, then renamed.

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string_view>

namespace ratescope {

/// One file in the making. Without commit() nothing is left behind.
class AsideFile {
  public:
    /// Throws Error(Resource) when the folder is missing or can't be written.
    explicit AsideFile(std::filesystem::path file);
    ~AsideFile();
    AsideFile(const AsideFile&) = delete;
    AsideFile& operator=(const AsideFile&) = delete;

    /// Throws Error(Resource) when the disk is full.
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    /// Brings what was written to the disk (fdatasync), so that commit() makes a file that outlives a power loss.
    /// Throws Error(Resource).
    void flush();
    /// Closes and renames over `file`; an older file of that name is replaced. Throws Error(Resource).
    void commit();

  private:
    [[noreturn]] void fail(int reason);

    std::filesystem::path file_, aside_;
    std::FILE* stream_ = nullptr;
};

}  // namespace ratescope
