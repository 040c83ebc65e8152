#pragma once

// An open library: what the files of this room share.

#include "core/store/library.h"
#include "core/store/medium.h"
#include "core/store/sqlite.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace ratescope::store {

struct Library::Connection {
    Connection(const std::filesystem::path& libraryFile, Access wanted, Medium lyingOn);
    ~Connection();

    /// Throws Error(Library) unless the library is open for writing.
    void requireWriter() const;
    /// This process or another one holds the library for writing: what stands as running may run.
    bool isWritten() const;
    std::filesystem::path folder(const char* name = "") const;  ///< in FILE.files

    std::filesystem::path file;
    Access access;
    Medium medium;
    std::string notice;
    std::optional<LockFile> lock;  ///< outlives the database
    std::unique_ptr<Database> database;
    std::optional<Environment> environment;  ///< of what is committed

  private:
    void openForReading();
    void openForWriting();
    void configureWriter();
};

/// A writer that was killed, or whose disk was full to the last byte, leaves rows as running that nobody runs. The next
/// writer turns them into interrupted ones; a reader counts them as such.
StateCounts asSeenFrom(const Library::Connection& connection, StateCounts counts);

/// Commits inside are ordered and atomic but need not be on the disk at once: for states that a restart sets
/// right anyway.
class Relaxed {
  public:
    explicit Relaxed(Library::Connection& connection);
    ~Relaxed();
    Relaxed(const Relaxed&) = delete;
    Relaxed& operator=(const Relaxed&) = delete;

  private:
    Library::Connection& connection_;
};

}  // namespace ratescope::store
