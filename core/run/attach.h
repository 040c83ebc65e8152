#pragma once

// A client of a library's supervisor, started if none runs: how figures and views reach workers.

#include "core/run/client.h"

#include <filesystem>

namespace ratescope::run {

/// Attaches to the supervisor that holds the library, else starts `ratescope-cli serve` beside this program and ends it
/// with itself. Throws Error(Library) with what `serve` said if it can't hold the library.
class AttachedClient {
  public:
    explicit AttachedClient(const std::filesystem::path& library);
    ~AttachedClient();
    AttachedClient(const AttachedClient&) = delete;
    AttachedClient& operator=(const AttachedClient&) = delete;

    Client& client() { return *client_; }

  private:
    void start(const std::filesystem::path& library);

    std::optional<Client> client_;
    pid_t child_ = -1;  ///< of the supervisor that this object started
};

}  // namespace ratescope::run
