#pragma once

// The other side of core/run/service.h: what shell and desktop use to reach the supervisor that holds a
// library.

#include "core/run/local_socket.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace ratescope::run {

class Client {
  public:
    /// Nothing when no supervisor holds the library. Throws Error(Library) when one of another protocol does.
    static std::optional<Client> attach(const std::filesystem::path& library);

    /// Sends a request (docs/protocol.md) and waits for its answer. Throws the error that the supervisor
    /// answered, or Error(Library) when it ended meanwhile. Events that come first are kept for nextEvent.
    nlohmann::json request(const std::string& name, const nlohmann::json& arguments);

    /// The next event, waiting at most so long; nothing if none came. Throws Error(Library) when the
    /// supervisor ended.
    std::optional<nlohmann::json> nextEvent(int timeoutMs);

    int descriptor() const { return socket_.descriptor(); }

  private:
    explicit Client(LineSocket socket) : socket_(std::move(socket)) {}
    /// One message, or nothing after the timeout (−1 waits for ever).
    std::optional<nlohmann::json> receive(int timeoutMs);

    LineSocket socket_;
    int lastRequest_ = 0;
    std::string pendingEvents_;  ///< lines that came while an answer was awaited
};

}  // namespace ratescope::run
