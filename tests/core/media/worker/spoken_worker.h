#pragma once

// A worker process as a supervisor sees it.

#include "core/run/protocol.h"
#include "core/run/worker_process.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media {

class SpokenWorker {
  public:
    /// Its log goes to the folder.
    explicit SpokenWorker(const std::filesystem::path& folder);

    void say(const run::ToWorker& message) { process_.socket().send(run::encode(message)); }
    void sayLine(const std::string& line) { process_.socket().send(line); }
    /// The next line; nothing at the end of the connection or after a minute.
    std::optional<std::string> nextLine();
    /// The next message, `alive` passed over.
    std::optional<run::FromWorker> hear();
    /// The same, which must be of this kind; throws Error(Internal) if it is another.
    template <typename Message>
    Message expect() {
        const std::optional<run::FromWorker> message = hear();
        const Message* expected = message ? std::get_if<Message>(&*message) : nullptr;
        if (!expected) refuse();
        return *expected;
    }
    /// Runs a chain to its end and gives the reports; throws Error(Internal) when the worker dies.
    std::vector<run::TaskReport> run(const run::Chain& chain);

    run::WorkerProcess& process() { return process_; }

  private:
    [[noreturn]] static void refuse();

    run::WorkerProcess process_;
};

}  // namespace ratescope::media
