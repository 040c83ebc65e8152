#pragma once

// Reconstructions that studies keep: files in FILE.files/reconstructions, each with a row that the items which keep it
// name. They can be made again from their bitstreams, so that a commit does not wait until they are on the disk: one
// that is missing or short after a power failure is found on opening, and its items run again.

#include "core/run/protocol.h"
#include "core/store/connection.h"

#include <cstdint>
#include <vector>

namespace ratescope::store {

/// The studies whose documents ask for reconstructions, as SQL.
inline constexpr const char* keepingStudies =
    "(SELECT id FROM study WHERE CASE WHEN json_valid(document) THEN json_extract(document, "
    "'$.keep_reconstructions') END)";

/// Moves the file from staging to its place; before the transaction that names it. May be done again when that failed.
/// Throws Error(Internal) if it is missing or of another size, Error(Resource) if it can't be moved.
void placeReconstruction(const Library::Connection& connection, const run::KeptValue& kept);

/// The row of an output's reconstruction, made if it is new.
std::int64_t reconstructionRow(Database& database, const Hash& task, const run::KeptValue& kept);

/// Compares rows with files: removes files without a row, and those of a wrong size. Returns the rows that have no file
/// (any more).
std::vector<std::int64_t> reconcileReconstructions(const Library::Connection& connection);

/// Removes the rows and files of reconstructions that no item names.
void removeUnnamedReconstructions(const Library::Connection& connection);

}  // namespace ratescope::store
