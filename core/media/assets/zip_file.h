#pragma once

// Zip archives whose entries are stored without compression, as PyTorch writes them (PKWARE's APPNOTE.TXT, with its
// 64-bit extension).

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace ratescope::media {

bool isZip(std::span<const std::byte> bytes);

/// Entries by name, as views. Throws Error(Input) that names the file: no directory, offsets or sizes beyond the file, a
/// compressed or encrypted entry, a name that is there twice, entries that overlap, a wrong CRC-32.
std::map<std::string, std::span<const std::byte>> readStoredZip(std::span<const std::byte> bytes,
                                                                const std::string& name);

}  // namespace ratescope::media
