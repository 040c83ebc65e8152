#include "core/store/medium.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace ratescope::store {
namespace {

std::filesystem::path lockPath(const std::filesystem::path& library) {
    return library.string() + ".lock";
}

}  // namespace

bool isNetworkFileSystem(std::uint64_t type) {
    // NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, OpenAFS, Ceph, Coda, Lustre, GPFS, BeeGFS, OCFS2, GFS2 (linux/magic.h
    // and the file systems' own sources).
    constexpr std::array<std::uint64_t, 15> types = {
        0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x6b414653,
        0x00c36400, 0x73757245, 0x0bd00bd0, 0x47504653, 0x19830326, 0x7461636f, 0x01161970};
    for (const std::uint64_t known : types)
        if (type == known) return true;
    return false;
}

Medium mediumOf(const std::filesystem::path& folder) {
    struct statvfs flags {};
    if (statvfs(folder.c_str(), &flags) != 0) return Medium::Local;
    if (flags.f_flag & ST_RDONLY) return Medium::ReadOnly;
    struct statfs system {};
    if (statfs(folder.c_str(), &system) == 0 &&
        isNetworkFileSystem(static_cast<std::uint64_t>(system.f_type) & 0xffffffff))
        return Medium::Network;
    return Medium::Local;
}

std::optional<LockFile> LockFile::take(const std::filesystem::path& library) {
    const std::filesystem::path path = lockPath(library);
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
        throw Error(ErrorKind::Library,
                    library.string() + " can't be opened for writing: " + path.string() + ": " +
                        std::strerror(errno) + ".",
                    "Choose a folder that you may write to.");
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        close(descriptor);
        return std::nullopt;
    }
    const std::string text = "process " + std::to_string(getpid()) + " on " + hostName() + "\n";
    // The lock holds whether or not its text could be written (the disk may be full).
    if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text.data(), text.size(), 0) < 0) errno = 0;
    return LockFile(descriptor);
}

bool LockFile::isHeld(const std::filesystem::path& library) {
    const int descriptor = open(lockPath(library).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return held;
}

std::string LockFile::holder(const std::filesystem::path& library) {
    std::ifstream file(lockPath(library));
    std::string line;
    return std::getline(file, line) && !line.empty() && line.size() < 300 ? line : "another process";
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

LockFile::~LockFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::string hostName() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace ratescope::store
