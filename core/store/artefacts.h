#pragma once

// Artefacts: byte strings named by their SHA-256. Small ones live in the database, others as
// FILE.files/aa/<64 hexadecimal digits>, put there from the staging folder before the row that names them.

#include "core/store/connection.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::store {

/// Below this an artefact lives in the database.
inline constexpr std::uint64_t largestInDatabase = 64 * 1024 - 1;

/// The artefacts of one batch on their way into the library: add all, then flush, then (inside the
/// transaction) row for each; removeStaged after the commit. May be done again with the same staged files
/// when anything threw.
class IncomingArtefacts {
  public:
    explicit IncomingArtefacts(Library::Connection& connection) : connection_(connection) {}

    /// A file in staging. Throws Error(Internal) if it is missing or of another size and the library does not
    /// have the artefact yet.
    void add(const Hash& hash, std::uint64_t bytes, const std::filesystem::path& staged);
    /// Bytes in memory; returns their name.
    Hash add(const std::string& bytes);
    /// Puts the large ones in place, files first, then their folders, down to the disk. Throws
    /// Error(Resource).
    void flush();
    /// The artefact's row, made if it is new.
    std::int64_t row(const Hash& hash);
    void removeStaged() noexcept;

  private:
    struct Incoming {
        Hash hash;
        std::uint64_t bytes = 0;
        std::filesystem::path staged;
        std::vector<std::byte> data;  ///< of small ones
        bool known = false;           ///< the library has it
    };
    void place(const Incoming& incoming);

    Library::Connection& connection_;
    std::vector<Incoming> incoming_;
};

std::filesystem::path artefactPath(const Library::Connection& connection, const Hash& hash);

/// Compares the rows of large artefacts with the files there are: removes files without a row, and those of a
/// wrong size. Returns the artefacts that have no file (any more).
std::vector<Hash> reconcileFiles(Library::Connection& connection);

/// Removes the rows and files of artefacts that nothing names. Returns the bytes freed in files and blobs.
std::uint64_t removeUnnamed(Library::Connection& connection);

/// Removes everything in a folder; returns the bytes of its files. A folder that is missing is empty.
std::uint64_t emptyFolder(const std::filesystem::path& folder);
std::uint64_t bytesIn(const std::filesystem::path& folder);

}  // namespace ratescope::store
