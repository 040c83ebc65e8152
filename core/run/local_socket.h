#pragma once

// JSON lines over a local stream socket, one per library: how shell, desktop and the running supervisor talk.
// The socket lies in $XDG_RUNTIME_DIR/ratescope (else /tmp/ratescope-<uid>, mode 0700), named by a hash of
// the library's real path, so that it stays short and a library has one address.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace ratescope::run {

/// Where the supervisor of this library listens. The folder is made if it is not there; throws
/// Error(Resource) when it belongs to another user.
std::filesystem::path socketPath(const std::filesystem::path& library);

/// One end of a connection; owns the descriptor. Lines end with a line feed and are at most 64 MiB.
class LineSocket {
  public:
    explicit LineSocket(int descriptor) : descriptor_(descriptor) {}
    ~LineSocket();
    LineSocket(LineSocket&& other) noexcept;
    LineSocket& operator=(LineSocket&& other) noexcept;

    int descriptor() const { return descriptor_; }
    bool open() const { return descriptor_ >= 0 && !ended_; }
    /// Queues a line and sends what the other side takes at once.
    void send(const std::string& line);
    /// Sends more of what is queued; call it when the descriptor is writable.
    void flush();
    bool hasUnsent() const { return !out_.empty(); }
    /// Reads what has come; call it when the descriptor is readable. A line beyond the limit ends the
    /// connection.
    void receive();
    /// The next whole line that has come.
    std::optional<std::string> line();
    void close();

  private:
    int descriptor_ = -1;
    bool ended_ = false;
    std::string in_, out_;
    std::size_t scanned_ = 0;
};

/// A connection to the supervisor of a library; nothing if none listens.
std::optional<LineSocket> connectTo(const std::filesystem::path& socket);

/// Listens; throws Error(Resource) if the socket can't be made. A stale socket file is replaced.
int listenAt(const std::filesystem::path& socket);

}  // namespace ratescope::run
