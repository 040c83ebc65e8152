// Runs one external command for a worker and ends with it all that it has started, also what has left its process
// group, and also when the worker dies. It links nothing and starts in a millisecond.
//
// usage: ratescope-keeper MEMORY FILE-SIZE FOLDER PROGRAM [ARGUMENT]...
//   limits in bytes (0: none) of each process; PROGRAM by its path
// Standard input, output and error are the command's. Descriptor 3 is a socket to the worker: its end there ends the
// command. When the command is over one line is written to it:
//   exit STATUS LEFT | signal NUMBER LEFT | unstarted ERRNO 0      LEFT: processes that were left, and were killed

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int control = 3;
constexpr int firstArgument = 4;
constexpr std::chrono::milliseconds lingering{
    100};  // helpers of the command may need a moment to see that it is over
constexpr std::chrono::milliseconds killing{
    2000};  // a process in an uninterruptible call may take long to die

struct Ended {
    const char* how = "unstarted";
    int number = 0;
};

/// Direct children; as this process is their reaper that is, in the end, every process of the command.
std::vector<pid_t> children() {
    std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    return {std::istream_iterator<pid_t>(file), {}};
}

void limit(__rlimit_resource_t what, const char* bytes) {
    const rlim_t most = std::strtoull(bytes, nullptr, 10);
    if (most == 0) return;
    const rlimit limits{most, most};
    ::setrlimit(what, &limits);
}

[[noreturn]] void becomeCommand(char** arguments, pid_t keeper, int status) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != keeper) ::_exit(EXIT_FAILURE);
    limit(RLIMIT_AS, arguments[1]);
    limit(RLIMIT_FSIZE, arguments[2]);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    sigset_t nothing;
    ::sigemptyset(&nothing);
    ::sigprocmask(SIG_SETMASK, &nothing, nullptr);
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    if (::chdir(arguments[3]) == 0) ::execv(arguments[firstArgument], arguments + firstArgument);
    const int reason = errno;
    [[maybe_unused]] const ssize_t written = ::write(status, &reason, sizeof reason);
    ::_exit(EXIT_FAILURE);
}

class Keeper {
  public:
    int run(char** arguments) {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::signal(SIGPIPE, SIG_IGN);
        sigset_t ends;
        ::sigemptyset(&ends);
        ::sigaddset(&ends, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &ends, nullptr);
        const int signals = ::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
        ::fcntl(control, F_SETFD, FD_CLOEXEC);
        if (!start(arguments)) return EXIT_FAILURE;
        std::array<pollfd, 2> waited{{{control, POLLIN, 0}, {signals, POLLIN, 0}}};
        while (!over_) {
            ::poll(waited.data(), waited.size(), -1);
            if (waited[0].revents != 0) {
                killAll();
                return EXIT_SUCCESS;
            }
            signalfd_siginfo ignored;
            while (::read(signals, &ignored, sizeof ignored) > 0) {
            }
            reap();
        }
        report(killLeft());
        return EXIT_SUCCESS;
    }

  private:
    bool start(char** arguments) {
        std::array<int, 2> status{-1, -1};
        if (::pipe2(status.data(), O_CLOEXEC) != 0) return false;
        const pid_t self = ::getpid();
        command_ = ::fork();
        if (command_ == 0) becomeCommand(arguments, self, status[1]);
        ::close(status[1]);
        // The pipes are the command's alone: their end is its end.
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            if (null >= 0) ::dup2(null, descriptor);
        int reason = command_ < 0 ? errno : 0;
        const bool started = command_ > 0 && ::read(status[0], &reason, sizeof reason) <= 0;
        if (started) return true;
        if (command_ > 0) ::waitpid(command_, nullptr, 0);
        ended_ = {"unstarted", reason};
        report(0);
        return false;
    }

    /// True while there are processes.
    bool reap() {
        for (;;) {
            int status = 0;
            const pid_t ended = ::waitpid(-1, &status, WNOHANG);
            if (ended == 0) return true;
            if (ended < 0 && errno == EINTR) continue;
            if (ended < 0) return false;
            if (ended != command_) continue;
            over_ = true;
            ended_ =
                WIFSIGNALED(status) ? Ended{"signal", WTERMSIG(status)} : Ended{"exit", WEXITSTATUS(status)};
        }
    }

    static void nap() { ::poll(nullptr, 0, 2); }

    /// How many processes the command has left behind.
    std::size_t killLeft() {
        const auto until = Clock::now() + lingering;
        while (reap()) {
            if (Clock::now() < until) {
                nap();
                continue;
            }
            const std::size_t left = children().size();
            killAll();
            return left > 0 ? left : 1;
        }
        return 0;
    }

    void killAll() {
        const auto until = Clock::now() + killing;
        do {
            if (!over_) ::kill(-command_, SIGKILL);
            for (const pid_t child : children())
                ::kill(child, SIGKILL);
            nap();
        } while (reap() && Clock::now() < until);
    }

    void report(std::size_t left) const {
        std::array<char, 64> line;
        const int size =
            std::snprintf(line.data(), line.size(), "%s %d %zu\n", ended_.how, ended_.number, left);
        [[maybe_unused]] const ssize_t written =
            ::write(control, line.data(), static_cast<std::size_t>(size));
    }

    pid_t command_ = -1;
    bool over_ = false;
    Ended ended_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc <= firstArgument || ::fcntl(control, F_GETFD) < 0) {
        std::fputs("ratescope-keeper is started by ratescope-worker.\n", stderr);
        return 2;
    }
    return Keeper().run(argv);
}
