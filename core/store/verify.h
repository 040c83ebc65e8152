#pragma once

// A whole library read and checked, for `doctor`: opening checks sizes only.

#include "core/store/library.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::store {

struct Verification {
    std::int64_t artefacts = 0;
    std::uint64_t bytes = 0;          ///< of the artefacts
    std::vector<std::string> faults;  ///< at most 20, one line each; empty for a sound library
};

/// Checks every page (SQLite's integrity_check), every reference between rows, and the SHA-256 of every artefact.
/// Reads everything: as long as reading the files takes. Changes nothing.
Verification verify(const Library& library);

/// Of SQLite as it is loaded: "3.40.1".
std::string databaseVersion();

}  // namespace ratescope::store
