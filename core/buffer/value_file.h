#pragma once

// The layout of files through which values pass between workers and to the desktop: written aside, renamed,
// then mapped read-only. All integers little-endian.
//
//   0   8  magic "RSVALUE1"
//   8   8  length of the header in bytes (u64)
//   16  n  header: UTF-8 JSON {"type": "Image", "fields": {…}, "arrays": [{"name","dtype","shape","offset"}]}
//   …      zero padding to a multiple of 64, then the arrays, each at its offset (from the file's start,
//          a multiple of 64), contiguous and row-major

#include "core/buffer/buffer.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace ratescope {

struct NamedArray {
    std::string name;
    Array array;
};

/// A value taken apart: its type's name, scalar fields as JSON text, and its arrays.
struct ValueParts {
    std::string type;
    std::string fields;  ///< a JSON object; "{}" when there are none
    std::vector<NamedArray> arrays;
};

/// Writes to a temporary name in the same folder, then renames. Throws Error(Resource) if the disk is full
/// or the folder can't be written; nothing is left behind.
void writeValueFile(const std::filesystem::path& file, const ValueParts& parts);

/// Maps the file; the arrays keep the mapping alive. Every offset and size is checked against the file's
/// length first. Throws Error(Input) on a damaged or truncated file.
ValueParts mapValueFile(const std::filesystem::path& file);

}  // namespace ratescope
