#pragma once

// The supervisor's socket: answers the requests of docs/protocol.md from shells and the desktop, and sends events to
// those that subscribed. Lives within the supervisor's event loop.

#include "core/run/supervisor.h"

#include <filesystem>
#include <memory>

namespace ratescope::run {

class Service {
  public:
    /// Listens at socketPath(library.file()). The supervisor's observer must be set before; the service passes
    /// every call on to it. All three must outlive the service.
    Service(Supervisor& supervisor, store::Library& library, const graph::Catalogue& catalogue);
    /// Tells subscribers that the supervisor ends, and removes the socket.
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// A client asked for the end; `now`: without waiting for running tasks.
    bool shutdownAsked() const;
    bool shutdownNow() const;
    /// Clients that are connected.
    std::size_t clients() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ratescope::run
