#pragma once

// Disks that are small or read-only, and folders that can't be written.

#include "tests/e2e/program.h"

#include <optional>

namespace e2e {

/// A file system in memory, mounted while the object lives.
class Disk {
  public:
    /// Makes the folder and mounts there, where that is permitted (for root).
    Disk(const QString& folder, int mebibytes);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    bool mounted() const { return mounted_; }
    /// Sets size and permission of what is mounted; says whether that worked.
    bool change(int mebibytes, bool readOnly);

  private:
    QByteArray folder_;
    bool mounted_ = false;
};

/// Rows for each way in which a folder can't be written.
void addUnwritableFolders();

/// The folder of a place in the way that a row names: "missing", "a file", "a read-only disk", "another user's" (where the
/// test runs as root the place's programs run as nobody from then on).
class UnwritableFolder {
  public:
    UnwritableFolder(Place& place, const QString& folder, const QString& how);

    /// Why the folder can't be made so on this machine; empty if it was.
    QByteArray obstacle;

  private:
    void giveToAnotherUser(Place& place, const QString& folder);

    std::optional<Disk> disk_;
};

}  // namespace e2e
