#pragma once

// The tables of a library and how older files are brought up to them. Described for users in
// docs/library.md.

#include "core/store/sqlite.h"

#include <filesystem>
#include <span>

namespace ratescope::store {

inline constexpr std::int64_t applicationId = 0x52534c42;  // "RSLB"
inline constexpr std::int64_t schemaVersion = 6;

/// Turns a library of version `from` into one of version from + 1.
struct Migration {
    std::int64_t from = 0;
    const char* script = "";
    void (*then)(Database&) = nullptr;  ///< what SQL can't do
};

/// Every step from version 0 on.
std::span<const Migration> migrations();

/// Makes the tables in an empty file.
void createSchema(Database& database);

/// Throws Error(Library) unless the file is a library of this version, or, with `olderToo`, an older one.
void requireLibrary(Database& database, bool olderToo);

/// Brings an older library up to `target` in one exclusive transaction, after a copy of it was put beside as
/// FILE.version-N. Does nothing to one that is there already.
void migrate(Database& database, std::span<const Migration> steps, std::int64_t target);

}  // namespace ratescope::store
