#pragma once

// A whole file, read-only, mapped into memory. The one way in which files from outside are opened.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace ratescope {

struct MappedFile {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;  ///< keeps the mapping alive; the span is valid as long
};

/// Throws Error(Input) that names the file and tells apart: missing, a folder or other thing that is no
/// file, empty, not readable.
MappedFile mapFile(const std::filesystem::path& file);

/// Whether `owner` is that of a MappedFile.
bool isMapping(const std::shared_ptr<const void>& owner);

/// These bytes of a mapped file need not stay in memory: the system reads them again when they are looked at.
void forgetPages(std::span<const std::byte> bytes);

}  // namespace ratescope
