#include "core/run/client.h"

#include "core/error.h"
#include "core/run/protocol.h"

#include <nlohmann/json.hpp>
#include <poll.h>

#include <chrono>

namespace ratescope::run {
namespace {

Error ended() {
    return Error(ErrorKind::Library, "The supervisor that held the library has ended.",
                 "Run the command again: finished items are kept.");
}

}  // namespace

std::optional<Client> Client::attach(const std::filesystem::path& library) {
    auto socket = connectTo(socketPath(library));
    if (!socket) return std::nullopt;
    Client client(std::move(*socket));
    client.request("hello", nlohmann::json::object());
    return client;
}

std::optional<nlohmann::json> Client::receive(int timeoutMs) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::milliseconds(timeoutMs);
    for (;;) {
        if (const auto line = socket_.line()) {
            auto message = nlohmann::json::parse(*line, nullptr, false);
            if (!message.is_object() || message.value("v", 0) != protocolVersion)
                throw Error(ErrorKind::Library, "The supervisor of this library speaks another protocol.",
                            "End it, or use the ratescope-cli of its version.");
            return message;
        }
        if (!socket_.open()) throw ended();
        int wait = -1;
        if (timeoutMs >= 0) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
            if (left < 0) return std::nullopt;
            wait = static_cast<int>(left);
        }
        pollfd poll{socket_.descriptor(), static_cast<short>(socket_.hasUnsent() ? POLLIN | POLLOUT : POLLIN),
                    0};
        if (::poll(&poll, 1, wait) == 0) return std::nullopt;
        if (poll.revents & POLLOUT) socket_.flush();
        if (poll.revents & ~POLLOUT) socket_.receive();
    }
}

nlohmann::json Client::request(const std::string& name, const nlohmann::json& arguments) {
    nlohmann::json message = arguments;
    message["v"] = protocolVersion;
    message["id"] = ++lastRequest_;
    message["request"] = name;
    socket_.send(message.dump());
    for (;;) {
        const nlohmann::json answer = *receive(-1);
        if (answer.contains("event")) {
            pendingEvents_ += answer.dump() + "\n";
            continue;
        }
        if (answer.value("id", 0) != lastRequest_) continue;
        if (answer.value("ok", false)) return answer.value("result", nlohmann::json::object());
        const nlohmann::json error = answer.value("error", nlohmann::json::object());
        throw Error(errorKindFromText(error.value("kind", "")),
                    error.value("what", "The supervisor refused."), error.value("remedy", ""));
    }
}

std::optional<nlohmann::json> Client::nextEvent(int timeoutMs) {
    if (const std::size_t end = pendingEvents_.find('\n'); end != std::string::npos) {
        nlohmann::json event = nlohmann::json::parse(pendingEvents_.substr(0, end));
        pendingEvents_.erase(0, end + 1);
        return event;
    }
    return receive(timeoutMs);
}

}  // namespace ratescope::run
