#include "core/store/verify.h"

#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"

#include <sqlite3.h>

namespace ratescope::store {
namespace {

constexpr std::size_t mostFaults = 20;

void add(Verification& verification, const std::string& fault) {
    if (verification.faults.size() < mostFaults) verification.faults.push_back(fault);
}

void verifyDatabase(Database& database, Verification& verification) {
    Statement pages = database.query("PRAGMA integrity_check(20)");
    while (pages.next())
        if (const std::string fault = pages.text(0); fault != "ok") add(verification, fault);
    Statement references = database.query("PRAGMA foreign_key_check");
    while (references.next())
        add(verification, "A row of the table " + references.text(0) + " names a row of " +
                              references.text(2) + " that is not there.");
}

void verifyArtefact(const Library& library, const Hash& hash, std::uint64_t bytes,
                    Verification& verification) {
    ++verification.artefacts;
    verification.bytes += bytes;
    try {
        const Hash found = bytes > largestInDatabase ? sha256OfFile(artefactPath(library.connection(), hash))
                                                     : sha256(library.artefact(hash));
        if (found != hash)
            add(verification, "The artefact " + hash.hex() + " has other bytes than its name says.");
    } catch (const Error& error) {
        add(verification, "The artefact " + hash.hex() + " can't be read: " + error.what());
    }
}

}  // namespace

Verification verify(const Library& library) {
    Verification verification;
    Database& database = *library.connection().database;
    verifyDatabase(database, verification);
    Statement rows = database.query("SELECT hash, bytes FROM artefact ORDER BY id");
    while (rows.next())
        verifyArtefact(library, rows.hash(0), rows.natural(1), verification);
    return verification;
}

std::string databaseVersion() {
    return sqlite3_libversion();
}

}  // namespace ratescope::store
