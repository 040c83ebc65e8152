#include "core/buffer/mapped_file.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace ratescope {

/// Not in the unnamed namespace: a mapping made by the program is known by the copy of this code in a plugin, too.
struct Unmap {  // NOLINT(misc-use-internal-linkage)
    std::size_t size;
    void operator()(void* start) const { ::munmap(start, size); }
};

namespace {

struct Descriptor {
    int number;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

Error unreadable(const std::filesystem::path& file, int reason) {
    if (reason == ENOENT || reason == ENOTDIR)
        return Error(ErrorKind::Input, file.string() + " does not exist.", "Check the path.");
    return Error(ErrorKind::Input, file.string() + " can't be read: " + std::strerror(reason) + ".",
                 "Check that you may read it.");
}

}  // namespace

MappedFile mapFile(const std::filesystem::path& file) {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (descriptor.number < 0) throw unreadable(file, errno);
    struct stat status {};
    if (::fstat(descriptor.number, &status) != 0) throw unreadable(file, errno);
    if (S_ISDIR(status.st_mode))
        throw Error(ErrorKind::Input, file.string() + " is a folder, not a file.", "Name a file in it.");
    if (!S_ISREG(status.st_mode))
        throw Error(ErrorKind::Input, file.string() + " is not an ordinary file.",
                    "Name an ordinary file, not a device or pipe.");
    if (status.st_size == 0)
        throw Error(ErrorKind::Input, file.string() + " is empty.", "Put the file in place again.");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
    if (address == MAP_FAILED) throw unreadable(file, errno);
    std::shared_ptr<const void> owner(address, Unmap{size});
    return {{static_cast<const std::byte*>(address), size}, std::move(owner)};
}

bool isMapping(const std::shared_ptr<const void>& owner) {
    return std::get_deleter<Unmap>(owner) != nullptr;
}

void forgetPages(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t before = reinterpret_cast<std::uintptr_t>(bytes.data()) % page;
    ::madvise(const_cast<std::byte*>(bytes.data()) - before, before + bytes.size(), MADV_DONTNEED);
}

}  // namespace ratescope
