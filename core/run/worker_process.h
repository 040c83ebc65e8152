#pragma once

// One ratescope-worker as a child process: started, spoken to by lines, ended with all that it started.

#include "core/run/local_socket.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::run {

struct WorkerCommand {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::filesystem::path logFile;  ///< takes its standard output and error; written anew
};

/// The worker program beside the running one.
std::filesystem::path installedWorker();

/// Not copied or moved: its descriptor is what the event loop watches.
class WorkerProcess {
  public:
    /// Starts the program at nice 10 in a process group of its own, with the socket as descriptor 3 and
    /// /dev/null as standard input. It dies with this process, however that ends. Throws Error(Resource)
    /// if no process can be had, Error(Plugin) if the program can't be run.
    explicit WorkerProcess(const WorkerCommand& command);
    /// Kills the group if it is still there.
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    pid_t pid() const { return pid_; }
    LineSocket& socket() { return socket_; }

    /// SIGKILL to the worker and all processes of its group, and waits for the worker.
    void kill();
    /// Waits at most so long for the worker to end by itself, then kills it. How it ended: "was killed by
    /// signal 11 (segmentation fault)", "ended with status 3".
    std::string end(int graceMs);
    /// The end of its log file, at most so many lines and 4 KiB.
    std::string lastLines(std::size_t lines = 20) const;

  private:
    bool reap(bool wait);

    LineSocket socket_{-1};
    std::filesystem::path logFile_;
    pid_t pid_ = -1;
    std::optional<int> status_;  ///< as waitpid gives it, once it has ended
};

/// What waitpid's status says: "was killed by signal 9 (killed)", "ended with status 0".
std::string describeExit(int status);

}  // namespace ratescope::run
