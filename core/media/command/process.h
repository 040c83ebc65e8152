#pragma once

// External programs as child processes of a worker: with limits, a clean environment, and an end that nothing of
// theirs outlives. Each runs under a ratescope-keeper of its own (app/keeper), which ends it when this process
// dies, and with it every process that it has started.

#include "core/error.h"
#include "core/media/node/context.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media {

/// What a program may take.
struct ProcessLimits {
    double seconds = 600;      ///< of one call, by the clock
    std::uint64_t memory = 0;  ///< bytes of address space, of each of its processes (RLIMIT_AS)
    std::uint64_t disk =
        0;  ///< bytes that its folder may hold, and of each file that it writes (RLIMIT_FSIZE)

    bool operator==(const ProcessLimits&) const = default;
};

/// Bytes that a program may print in one call; more ends it.
inline constexpr std::size_t mostPrinted = 16u << 20;

/// A running program. What it is given: PATH, HOME and LD_LIBRARY_PATH as they are here; LC_ALL=C.UTF-8, TZ=UTC,
/// TMPDIR=its folder, OMP_NUM_THREADS=OPENBLAS_NUM_THREADS=threads; nothing else.
class Process {
  public:
    /// `words`: the program by its path, then its arguments. `input`: whether it reads what write() gives; else
    /// its standard input is empty. `name` stands in messages ("The encoder cjpeg"). Throws Error(Plugin) when there
    /// is no ratescope-keeper beside this program, Error(Resource) when no process can be started.
    Process(std::string name, const std::vector<std::string>& words, const std::filesystem::path& folder,
            const ProcessLimits& limits, int threads, bool input);
    /// Kills it, and all that it has started.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// The time of a call begins; `folder` is watched beside its own.
    void beginCall(const std::filesystem::path& folder);
    /// Waits until something happens, at most a twentieth of a second, and asks the context. Throws what the context
    /// throws; Error(Resource) when the program has gone beyond a limit, after which it is dead.
    void wait(Context& context);
    /// Gives it text to read. Throws as wait().
    void write(Context& context, const std::string& text);

    /// Takes in what has come, without waiting.
    void poll() { pump(0, false); }

    bool ended() const { return ended_; }
    const std::string& output() const { return output_; }
    /// The next line of its output, taken out; nothing if there is no whole line.
    std::optional<std::string> takeLine();
    /// The last lines that it has printed, to standard error if there are any, at most 2 KiB; "" if none.
    std::string lastWords() const;
    /// Why it can't have done what it was to do: crashed, failed, left processes behind, was not found. Nothing for
    /// exit code 0.
    std::optional<Error> fault() const;
    /// A fault with the program's last words and limits.
    Error fault(ErrorKind kind, const std::string& what) const;

  private:
    void start(const std::vector<std::string>& words, const std::filesystem::path& folder, int threads,
               bool input);
    void pump(int timeoutMs, bool writable);
    void read(int& descriptor, std::string& text, bool isTail);
    void readControl();
    void kill();
    void checkLimits();

    std::string name_;
    ProcessLimits limits_;
    std::filesystem::path folder_, callFolder_;
    pid_t keeper_ = -1;
    int input_ = -1, out_ = -1, errors_ = -1, control_ = -1;
    std::string output_, messages_, status_;
    std::size_t printed_ = 0;  ///< bytes in this call
    bool ended_ = false;
    std::chrono::steady_clock::time_point callBegan_, nextLook_;
};

}  // namespace ratescope::media
