#pragma once

// The supervisor's socket (docs/protocol.md) as a client sees it.

#include "tests/e2e/program.h"

#include <nlohmann/json.hpp>

#include <QLocalSocket>
#include <vector>

namespace e2e {

/// Where the supervisor of a library listens.
QString socketOf(const Place& place, const QString& library);

/// `ratescope-cli serve`, answering; killed at the end if it still runs.
class Server {
  public:
    /// Returns once it listens. Throws with what it said if it does not.
    Server(const Place& place, const QString& library, int jobs = 2);
    ~Server();

    QProcess& process() { return *process_; }
    /// Its exit code, −1 if it does not end by itself.
    int waitForEnd(int timeoutMs = 10'000);

  private:
    std::unique_ptr<QProcess> process_;
};

/// A connection. Every request, answer and event is held against its schema.
class Talker {
  public:
    Talker(const Place& place, const QString& library);

    /// The result. Throws when it is refused.
    nlohmann::json ask(const std::string& name, const nlohmann::json& arguments = nlohmann::json::object());
    /// The error. Throws when it is not refused.
    nlohmann::json askInVain(const std::string& name,
                             const nlohmann::json& arguments = nlohmann::json::object());
    /// Sends without waiting; the request's id.
    int send(const std::string& name, const nlohmann::json& arguments = nlohmann::json::object());
    /// The answer to a request that was sent, kept or to come.
    nlohmann::json answerTo(int id, int timeoutMs = 20'000);
    bool isAnswered(int id);

    /// The next event of that name for which `fits` holds; others are passed over.
    nlohmann::json event(const std::string& name, const std::function<bool(const nlohmann::json&)>& fits = {},
                         int timeoutMs = 30'000);
    std::vector<nlohmann::json> events;  ///< that came and were not yet asked for

    QLocalSocket socket;

  private:
    /// Takes in what has come; waits at most so long for more.
    void receive(int timeoutMs);

    int last_ = 0;
    QByteArray unread_;
    std::map<int, nlohmann::json> answers_;
};

}  // namespace e2e
