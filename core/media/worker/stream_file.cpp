#include "core/media/worker/stream_file.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ratescope::media {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Error unreadable(const std::filesystem::path& file) {
    return Error(ErrorKind::Input,
                 "The file " + file.string() + " can't be read: " + std::strerror(errno) + ".",
                 "Check that it is there and readable, or run the study again so that it is made anew.");
}

Error unwritable(const std::filesystem::path& file) {
    const int reason = errno;
    return Error(ErrorKind::Resource,
                 "The file " + file.string() + " can't be written: " + std::strerror(reason) + ".",
                 reason == ENOSPC || reason == EDQUOT ? "Make room on that disk, then run again."
                                                      : "Make its folder writable, then run again.");
}

bool writeAll(int descriptor, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

MappedStream mapStream(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0) throw unreadable(file);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return {};
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (address == MAP_FAILED) throw unreadable(file);
    return {{static_cast<const std::byte*>(address), size},
            std::shared_ptr<const void>(address, [size](void* mapped) { ::munmap(mapped, size); })};
}

void writeBytes(const std::filesystem::path& file, std::span<const std::byte> bytes, Flush flush) {
    std::filesystem::path aside = file;
    aside += ".part";
    const Descriptor descriptor(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (descriptor.get() < 0) throw unwritable(file);
    if (writeAll(descriptor.get(), bytes) && (flush == Flush::None || ::fdatasync(descriptor.get()) == 0) &&
        ::rename(aside.c_str(), file.c_str()) == 0)
        return;
    const Error error = unwritable(file);
    ::unlink(aside.c_str());
    throw error;
}

run::StreamResult writeStream(const std::filesystem::path& file, const ByteSink& sink,
                              const std::string& node) {
    const std::uint64_t bits = sink.ledger().bits();
    if (bits != 8 * sink.bytes().size())
        throw Error(ErrorKind::Internal,
                    "The ledger of " + node + " holds " + std::to_string(bits) + " bits, its stream " +
                        std::to_string(8 * sink.bytes().size()) + ".",
                    "Report this fault of the node.");
    run::StreamResult result;
    result.file = file;
    result.hash = sha256(sink.bytes());
    result.bytes = sink.bytes().size();
    for (const Part& part : sink.ledger().parts)
        result.parts.push_back({part.name, part.bits, part.searched});
    for (const SharedEntry& entry : sink.ledger().shared)
        result.shared.push_back({entry.key, entry.bits, false});
    writeBytes(file, sink.bytes());
    return result;
}

}  // namespace ratescope::media
