#include "core/store/sqlite.h"

#include "core/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace ratescope::store {
namespace {

constexpr int busyMilliseconds = 10'000;

Error errorOf(const std::filesystem::path& file, int code, int systemError, const std::string& message) {
    const std::string name = file.string();
    const auto resource = [&](const std::string& what) {
        return Error(ErrorKind::Resource, what,
                     "Make room on its file system, or look at the disk, and try again. What was finished "
                     "before is in the library.");
    };
    if (code == SQLITE_FULL || systemError == ENOSPC || systemError == EDQUOT)
        return resource("There is no room left for " + name + ".");
    switch (code & 0xff) {
        case SQLITE_IOERR:
            return resource(name + " could not be read or written: " +
                            (systemError ? std::strerror(systemError) : message) + ".");
        case SQLITE_NOMEM:
            return Error(ErrorKind::Resource, "There is not enough memory to work with " + name + ".",
                         "Close other programs and try again.");
        case SQLITE_NOTADB:
            return Error(ErrorKind::Library, name + " is not a Ratescope library.",
                         "Give a file that Ratescope made (*.rslib), or another name for a new one.");
        case SQLITE_CORRUPT:
            return Error(ErrorKind::Library, name + " is damaged: " + message + ".",
                         "Restore a backup, or save what can be read with: sqlite3 \"" + name +
                             "\" .recover | sqlite3 recovered.rslib");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Error(ErrorKind::Library, name + " is in use by another process.",
                         "Wait until it has finished, or stop it.");
        case SQLITE_READONLY:
            return Error(ErrorKind::Library, name + " can't be written: " + message + ".",
                         "Copy the library to a folder that you may write to.");
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return Error(
                ErrorKind::Library,
                name + " can't be opened: " + (systemError ? std::strerror(systemError) : message) + ".",
                "Check that it exists and that you may read it and its folder.");
        default:
            return Error(ErrorKind::Internal, "A statement on " + name + " failed: " + message + ".",
                         "Report this as a fault of Ratescope.");
    }
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), key_(std::move(other.key_)), statement_(other.statement_) {
    other.statement_ = nullptr;
}

Statement::~Statement() {
    if (statement_) database_->giveBack(std::move(key_), statement_);
}

void Statement::bindOne(int index, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(statement_, index, value)) database_->fail(code);
}

void Statement::bindOne(int index, double value) {
    if (const int code = sqlite3_bind_double(statement_, index, value)) database_->fail(code);
}

void Statement::bindOne(int index, std::string_view value) {
    const char* text = value.data() ? value.data() : "";
    if (const int code =
            sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8))
        database_->fail(code);
}

void Statement::bindOne(int index, std::span<const std::byte> value) {
    // A null pointer would bind NULL, which an empty artefact is not.
    const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
    if (const int code = sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_TRANSIENT))
        database_->fail(code);
}

void Statement::bindOne(int index, std::nullopt_t) {
    if (const int code = sqlite3_bind_null(statement_, index)) database_->fail(code);
}

bool Statement::next() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) database_->fail(code);
    return code == SQLITE_ROW;
}

void Statement::run() {
    while (next()) {
    }
}

Statement::Kind Statement::kind(int column) const {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_INTEGER:
            return Kind::Integer;
        case SQLITE_FLOAT:
            return Kind::Real;
        case SQLITE_NULL:
            return Kind::Null;
        default:
            return Kind::Text;
    }
}

std::vector<std::string> Statement::columnNames() const {
    std::vector<std::string> names;
    for (int column = 0; column < sqlite3_column_count(statement_); ++column)
        names.emplace_back(sqlite3_column_name(statement_, column));
    return names;
}

bool Statement::isNull(int column) const {
    return kind(column) == Kind::Null;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::uint64_t Statement::natural(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

double Statement::real(int column) const {
    return sqlite3_column_double(statement_, column);
}

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                : std::string();
}

std::vector<std::byte> Statement::blob(int column) const {
    const std::span<const std::byte> there = bytes(column);
    return {there.begin(), there.end()};
}

std::span<const std::byte> Statement::bytes(int column) const {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return {data, data ? size : 0};
}

Hash Statement::hash(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    Hash hash;
    if (!data || sqlite3_column_bytes(statement_, column) != static_cast<int>(hash.bytes.size()))
        database_->fail(SQLITE_CORRUPT);
    std::memcpy(hash.bytes.data(), data, hash.bytes.size());
    return hash;
}

std::optional<double> Statement::optionalReal(int column) const {
    return isNull(column) ? std::nullopt : std::optional(real(column));
}

std::optional<std::uint64_t> Statement::optionalNatural(int column) const {
    return isNull(column) ? std::nullopt : std::optional(natural(column));
}

Database::Database(const std::filesystem::path& file, Mode mode) : file_(file) {
    std::string name = file.string();
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == Mode::Create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (mode == Mode::Immutable) {
        std::string escaped;
        for (const char c : std::filesystem::absolute(file).string()) {
            if (c == '%' || c == '?' || c == '#') {
                static constexpr char digits[] = "0123456789ABCDEF";
                escaped += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
            } else {
                escaped += c;
            }
        }
        name = "file:" + escaped + "?immutable=1";
        flags |= SQLITE_OPEN_URI;
    }
    if (const int code = sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr)) {
        const Error error = errorOf(file_, code, handle_ ? sqlite3_system_errno(handle_) : 0,
                                    handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
        sqlite3_close(handle_);
        throw Error(error);
    }
    sqlite3_busy_timeout(handle_, busyMilliseconds);
}

Database::~Database() {
    for (const auto& [sql, statements] : idle_)
        for (sqlite3_stmt* statement : statements)
            sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

Statement Database::prepare(std::string_view sql) {
    std::string key(sql);
    auto& idle = idle_[key];
    if (!idle.empty()) {
        sqlite3_stmt* statement = idle.back();
        idle.pop_back();
        return Statement(*this, std::move(key), statement);
    }
    sqlite3_stmt* statement = nullptr;
    if (const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr))
        fail(code);
    return Statement(*this, std::move(key), statement);
}

void Database::giveBack(std::string&& key, sqlite3_stmt* statement) noexcept {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    idle_[std::move(key)].push_back(statement);
}

void Database::script(const char* sql) {
    if (const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)) fail(code);
}

std::int64_t Database::lastInsertId() const {
    return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_);
}

bool Database::inTransaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

void Database::copyTo(const std::filesystem::path& copy) {
    Database target(copy, Mode::Create);
    sqlite3_backup* backup = sqlite3_backup_init(target.handle_, "main", handle_, "main");
    if (!backup) target.fail(sqlite3_errcode(target.handle_));
    sqlite3_backup_step(backup, -1);
    if (const int code = sqlite3_backup_finish(backup)) target.fail(code);
}

void Database::fail(int code) const {
    // sqlite3_errmsg speaks of the last call that failed, which `code` may not be.
    const bool isLast = sqlite3_extended_errcode(handle_) == code || sqlite3_errcode(handle_) == code;
    const int systemError =
        (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN ? sqlite3_system_errno(handle_) : 0;
    throw errorOf(file_, code, systemError, isLast ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
    switch (kind) {
        case Kind::Read:
            database_.run("BEGIN DEFERRED");
            break;
        case Kind::Write:
            database_.run("BEGIN IMMEDIATE");
            break;
        case Kind::Exclusive:
            database_.run("BEGIN EXCLUSIVE");
            break;
    }
}

Transaction::~Transaction() {
    // SQLite itself has rolled back after a full disk.
    if (!open_ || !database_.inTransaction()) return;
    try {
        database_.run("ROLLBACK");
    } catch (const Error&) {
        // What follows fails in its turn, and says why.
    }
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

Snapshot::Snapshot(Database& database) {
    if (!database.inTransaction()) transaction_.emplace(database, Transaction::Kind::Read);
}

}  // namespace ratescope::store
