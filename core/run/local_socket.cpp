#include "core/run/local_socket.h"

#include "core/error.h"
#include "core/hash.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ratescope::run {
namespace {

constexpr std::size_t longestLine = 64u << 20;

Error unusable(const std::filesystem::path& place, const std::string& reason) {
    return Error(ErrorKind::Resource,
                 place.string() + " can't be used for the supervisor's socket: " + reason + ".",
                 "Set XDG_RUNTIME_DIR to a folder of your own.");
}

std::filesystem::path socketFolder() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    std::filesystem::path folder =
        runtime && *runtime ? std::filesystem::path(runtime) / "ratescope"
                            : std::filesystem::path("/tmp") / ("ratescope-" + std::to_string(::getuid()));
    std::error_code ignored;
    std::filesystem::create_directories(folder.parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw unusable(folder, std::strerror(errno));
    struct stat status {};
    if (::lstat(folder.c_str(), &status) != 0) throw unusable(folder, std::strerror(errno));
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::getuid())
        throw unusable(folder, "it belongs to someone else");
    return folder;
}

sockaddr_un addressOf(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = socket.string();
    if (text.size() >= sizeof address.sun_path) throw unusable(socket, "the path is too long");
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

int newSocket() {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw Error(ErrorKind::Resource,
                    std::string("A local socket can't be made: ") + std::strerror(errno) + ".",
                    "Close programs that hold many files open.");
    return descriptor;
}

void setNonBlocking(int descriptor) {
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}  // namespace

std::filesystem::path socketPath(const std::filesystem::path& library) {
    const std::string real = std::filesystem::weakly_canonical(library).string();
    return socketFolder() / (sha256(real).hex().substr(0, 24) + ".socket");
}

LineSocket::~LineSocket() {
    close();
}

LineSocket::LineSocket(LineSocket&& other) noexcept {
    *this = std::move(other);
}

LineSocket& LineSocket::operator=(LineSocket&& other) noexcept {
    if (this == &other) return *this;
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    ended_ = other.ended_;
    in_ = std::move(other.in_);
    out_ = std::move(other.out_);
    scanned_ = other.scanned_;
    return *this;
}

void LineSocket::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

void LineSocket::send(const std::string& line) {
    out_ += line;
    out_ += '\n';
    flush();
}

void LineSocket::flush() {
    std::size_t sent = 0;
    while (open() && sent < out_.size()) {
        const ssize_t count =
            ::send(descriptor_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            ended_ = errno != EAGAIN && errno != EWOULDBLOCK;
            break;
        }
    }
    out_.erase(0, sent);
}

void LineSocket::receive() {
    char block[65536];
    // So much in one call, so that a side that never stops writing can't keep the reader from its other work.
    constexpr std::size_t most = std::size_t{1} << 20;
    for (std::size_t total = 0; open() && total < most;) {
        const ssize_t count = ::recv(descriptor_, block, sizeof block, MSG_DONTWAIT);
        if (count > 0) {
            total += static_cast<std::size_t>(count);
            in_.append(block, static_cast<std::size_t>(count));
            if (in_.size() > longestLine && in_.find('\n') == std::string::npos) ended_ = true;
        } else if (count == 0) {
            ended_ = true;
        } else if (errno != EINTR) {
            ended_ = errno != EAGAIN && errno != EWOULDBLOCK;
            break;
        }
    }
}

std::optional<std::string> LineSocket::line() {
    const std::size_t end = in_.find('\n', scanned_);
    if (end == std::string::npos) {
        scanned_ = in_.size();
        return std::nullopt;
    }
    std::string text = in_.substr(0, end);
    in_.erase(0, end + 1);
    scanned_ = 0;
    return text;
}

std::optional<LineSocket> connectTo(const std::filesystem::path& socket) {
    const sockaddr_un address = addressOf(socket);
    LineSocket connection(newSocket());
    if (::connect(connection.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::nullopt;
    setNonBlocking(connection.descriptor());
    return connection;
}

int listenAt(const std::filesystem::path& socket) {
    // Under its name only once it listens: who sees the file can connect. The library's lock keeps others away.
    const std::filesystem::path aside = socket.string() + ".new";
    const sockaddr_un address = addressOf(aside);
    const int descriptor = newSocket();
    ::unlink(aside.c_str());
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(aside.c_str(), 0600) != 0 || ::listen(descriptor, 16) != 0 ||
        ::rename(aside.c_str(), socket.c_str()) != 0) {
        const std::string reason = std::strerror(errno);
        ::close(descriptor);
        ::unlink(aside.c_str());
        throw unusable(socket, reason);
    }
    setNonBlocking(descriptor);
    return descriptor;
}

}  // namespace ratescope::run
