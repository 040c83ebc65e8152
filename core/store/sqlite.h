#pragma once

// SQLite's C interface with owners: a database, prepared statements that are kept for their next use, and
// transactions. Every failure is thrown as Error: Library for damage, locks and missing rights, Resource for
// a full or failing disk, Internal for a fault of a statement. One thread at a time.

#include "core/hash.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace ratescope::store {

class Database;

/// One use of a prepared statement. Columns and parameters are counted as SQLite does: columns from 0,
/// parameters in the order of bind(). What text and blob return is copied.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    template <typename... Values>
    Statement& bind(const Values&... values) {
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }

    /// One parameter, counted from 1; those never bound are NULL.
    template <typename Value>
    Statement& bindAt(int index, const Value& value) {
        bindOne(index, value);
        return *this;
    }

    /// Goes to the next row; false after the last one.
    bool next();
    /// Carries out a statement that gives no row.
    void run();

    enum class Kind { Null, Integer, Real, Text };
    /// Of a column that holds no bytes.
    Kind kind(int column) const;
    std::vector<std::string> columnNames() const;
    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t natural(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::vector<std::byte> blob(int column) const;
    /// The same where it lies, until the next row.
    std::span<const std::byte> bytes(int column) const;
    Hash hash(int column) const;  ///< throws Error(Library) unless the column holds 32 bytes
    std::optional<double> optionalReal(int column) const;
    std::optional<std::uint64_t> optionalNatural(int column) const;

  private:
    friend class Database;
    Statement(Database& database, std::string key, sqlite3_stmt* statement)
        : database_(&database), key_(std::move(key)), statement_(statement) {}

    void bindOne(int index, std::int64_t value);
    void bindOne(int index, int value) { bindOne(index, static_cast<std::int64_t>(value)); }
    void bindOne(int index, bool value) { bindOne(index, static_cast<std::int64_t>(value)); }
    /// Kept as the signed integer of the same bits.
    void bindOne(int index, std::uint64_t value) { bindOne(index, static_cast<std::int64_t>(value)); }
    void bindOne(int index, double value);
    void bindOne(int index, std::string_view value);
    void bindOne(int index, const std::string& value) { bindOne(index, std::string_view(value)); }
    void bindOne(int index, const char* value) { bindOne(index, std::string_view(value)); }
    void bindOne(int index, std::span<const std::byte> value);
    void bindOne(int index, const Hash& value) { bindOne(index, std::as_bytes(std::span(value.bytes))); }
    void bindOne(int index, std::nullopt_t);
    template <typename Value>
    void bindOne(int index, const std::optional<Value>& value) {
        value ? bindOne(index, *value) : bindOne(index, std::nullopt);
    }

    Database* database_;
    std::string key_;
    sqlite3_stmt* statement_;
};

class Database {
  public:
    enum class Mode {
        Create,     ///< read and write, made where there is none
        Read,       ///< read only, beside a writer
        Immutable,  ///< read only, of a file that nobody writes: needs no lock and no shared memory
    };

    /// Opens the file; nothing of it is read yet.
    Database(const std::filesystem::path& file, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::filesystem::path& file() const { return file_; }
    Statement prepare(std::string_view sql);
    /// prepare, bind, run.
    template <typename... Values>
    void run(std::string_view sql, const Values&... values) {
        prepare(sql).bind(values...).run();
    }
    /// prepare, bind: for `while (rows.next())`.
    template <typename... Values>
    Statement query(std::string_view sql, const Values&... values) {
        Statement statement = prepare(sql);
        statement.bind(values...);
        return statement;
    }
    /// The first column of the only row, 0 if there is none.
    template <typename... Values>
    std::int64_t integer(std::string_view sql, const Values&... values) {
        Statement rows = query(sql, values...);
        return rows.next() ? rows.integer(0) : 0;
    }
    /// Several statements without parameters, as a schema is written.
    void script(const char* sql);

    std::int64_t lastInsertId() const;
    std::int64_t changes() const;  ///< rows that the last statement inserted, changed or deleted
    bool inTransaction() const;
    /// Copies the whole database, as it is committed, into a new file. Throws like any statement.
    void copyTo(const std::filesystem::path& copy);
    /// Throws what `code` stands for.
    [[noreturn]] void fail(int code) const;

  private:
    friend class Statement;
    void giveBack(std::string&& key, sqlite3_stmt* statement) noexcept;

    std::filesystem::path file_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle_;
};

/// Rolled back unless committed.
class Transaction {
  public:
    enum class Kind { Read, Write, Exclusive };

    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

/// One snapshot for several queries; joins the transaction that is open already, if any.
class Snapshot {
  public:
    explicit Snapshot(Database& database);

  private:
    std::optional<Transaction> transaction_;
};

}  // namespace ratescope::store
