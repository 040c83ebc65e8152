#include "core/store/connection.h"

#include "core/error.h"
#include "core/store/recovery.h"
#include "core/store/schema.h"

#include <unistd.h>

namespace ratescope::store {
namespace {

// Beyond this a full look at every page would be felt on opening; damage is then found when it is met.
constexpr std::uintmax_t checkedBytes = 8u << 20;

bool hasContent(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return !error && size > 0;
}

Error lockedError(const std::filesystem::path& file) {
    return Error(ErrorKind::Library, file.string() + " is locked by " + LockFile::holder(file) + ".",
                 "Wait until it has finished, or hand the work to it (ratescope-cli does so by itself on the "
                 "same machine).");
}

bool isEmptyDatabase(Database& database) {
    return database.integer("PRAGMA application_id") == 0 && database.integer("PRAGMA user_version") == 0 &&
           database.integer("SELECT count(*) FROM sqlite_schema") == 0;
}

void checkPages(Database& database) {
    std::error_code error;
    if (std::filesystem::file_size(database.file(), error) > checkedBytes || error) return;
    Statement rows = database.query("PRAGMA quick_check(1)");
    std::string verdict = rows.next() ? rows.text(0) : "no answer";
    verdict.erase(0, verdict.rfind('\n') + 1);  // a heading stands before what is wrong
    if (verdict != "ok")
        throw Error(ErrorKind::Library, database.file().string() + " is damaged: " + verdict + ".",
                    "Restore a backup, or save what can be read with: sqlite3 \"" + database.file().string() +
                        "\" .recover | sqlite3 recovered.rslib");
}

}  // namespace

Library::Connection::Connection(const std::filesystem::path& libraryFile, Access wanted, Medium lyingOn)
    : file(libraryFile), access(wanted), medium(lyingOn) {
    if (std::filesystem::is_directory(file))
        throw Error(ErrorKind::Library, file.string() + " is a folder, not a library.",
                    "Give the library's file (*.rslib).");
    access == Access::Write ? openForWriting() : openForReading();
}

Library::Connection::~Connection() {
    if (access != Access::Write || !database) return;
    try {
        if (medium == Medium::Local) database->query("PRAGMA wal_checkpoint(TRUNCATE)").next();
    } catch (const Error&) {
        // The log stays beside the file; the next opening carries it over.
    }
}

bool Library::Connection::isWritten() const {
    return access == Access::Write || LockFile::isHeld(file);
}

void Library::Connection::requireWriter() const {
    if (access != Access::Write)
        throw Error(ErrorKind::Library, file.string() + " is open for reading only.", "Open it for writing.");
}

std::filesystem::path Library::Connection::folder(const char* name) const {
    return std::filesystem::path(file.string() + ".files") / name;
}

void Library::Connection::openForReading() {
    if (!std::filesystem::exists(file))
        throw Error(ErrorKind::Library, "There is no library " + file.string() + ".",
                    "Check the name, or make it by running a study.");
    const bool hasLog = hasContent(file.string() + "-wal") || hasContent(file.string() + "-journal");
    const bool heldAfar = medium == Medium::Network && LockFile::isHeld(file);
    if (heldAfar) throw lockedError(file);
    const std::filesystem::path parent = file.has_parent_path() ? file.parent_path() : ".";
    const bool writable = medium == Medium::Local && ::access(parent.c_str(), W_OK) == 0;
    // Without shared memory beside it SQLite opens a log-mode file only when told that nobody writes to it.
    const auto mode = !writable && !hasLog ? Database::Mode::Immutable : Database::Mode::Read;
    database = std::make_unique<Database>(file, mode);
    try {
        requireLibrary(*database, false);
    } catch (const Error& error) {
        if (writable || !hasLog) throw;
        throw Error(
            ErrorKind::Library,
            file.string() + " was not closed cleanly and lies where it can't be written: " + error.what(),
            "Copy the file and what lies beside it to a folder that you may write to, and open it "
            "there.");
    }
    checkPages(*database);
    database->run("PRAGMA cache_size = -65536");
}

void Library::Connection::openForWriting() {
    const std::filesystem::path parent = file.has_parent_path() ? file.parent_path() : ".";
    if (medium == Medium::ReadOnly)
        throw Error(ErrorKind::Library, file.string() + " lies on a read-only medium.",
                    "Copy it to a folder that you may write to.");
    if (!std::filesystem::is_directory(parent))
        throw Error(ErrorKind::Library, "There is no folder " + parent.string() + ".",
                    "Make it, or choose another place for the library.");
    lock = LockFile::take(file);
    if (!lock) throw lockedError(file);
    database = std::make_unique<Database>(file, Database::Mode::Create);
    if (isEmptyDatabase(*database)) {
        configureWriter();
        createSchema(*database);
    } else {
        requireLibrary(*database, true);
        checkPages(*database);
        configureWriter();
        migrate(*database, migrations(), schemaVersion);
    }
    std::error_code error;
    for (const char* name : {"staging", "cache", "checkpoints", "reconstructions"})
        if (std::filesystem::create_directories(folder(name), error); error)
            throw Error(error == std::errc::no_space_on_device ? ErrorKind::Resource : ErrorKind::Library,
                        folder(name).string() + " can't be made: " + error.message() + ".",
                        "Make room, or choose a folder that you may write to.");
    recover(*this);
}

void Library::Connection::configureWriter() {
    database->run("PRAGMA foreign_keys = ON");
    database->run("PRAGMA temp_store = MEMORY");
    // Planning a large study looks keys up all over its indices: pages that fall out half written cost most.
    database->run("PRAGMA cache_size = -262144");
    if (medium == Medium::Local) {
        Statement mode = database->query("PRAGMA journal_mode = WAL");
        if (!mode.next() || mode.text(0) != "wal") medium = Medium::Network;
    }
    if (medium == Medium::Network) {
        database->run("PRAGMA locking_mode = EXCLUSIVE");
        database->run("PRAGMA journal_mode = DELETE");
        notice = file.string() +
                 " lies on a network file system: it is used by one process at a time, and commits take "
                 "longer.";
    }
    database->run("PRAGMA synchronous = FULL");
    database->run("PRAGMA journal_size_limit = 67108864");
}

Relaxed::Relaxed(Library::Connection& connection) : connection_(connection) {
    if (connection_.medium == Medium::Local) connection_.database->run("PRAGMA synchronous = NORMAL");
}

Relaxed::~Relaxed() {
    if (connection_.medium != Medium::Local) return;
    try {
        connection_.database->run("PRAGMA synchronous = FULL");
    } catch (const Error&) {
        // Setting it needs neither disk nor lock.
    }
}

}  // namespace ratescope::store
