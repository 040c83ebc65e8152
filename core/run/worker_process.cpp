#include "core/run/worker_process.h"

#include "core/error.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

namespace ratescope::run {
namespace {

constexpr int workerNice = 10;
constexpr int socketDescriptor = 3;

Error noProcess(const std::string& reason) {
    return Error(ErrorKind::Resource, "No worker process can be started: " + reason + ".",
                 "End other programs, or raise the limit of processes and open files.");
}

/// An open descriptor that is closed with its owner.
class Descriptor {
  public:
    explicit Descriptor(int value) : value_(value) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }
    void reset() {
        if (value_ >= 0) ::close(value_);
        value_ = -1;
    }

  private:
    int value_;
};

/// Everything the child does between fork and exec; only calls that are safe there. On failure it writes
/// errno to `status`.
struct ChildStart {
    const char* program;
    char* const* arguments;
    int socket, log, null, status;
    pid_t parent;

    [[noreturn]] void operator()() const {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(EXIT_FAILURE);  // the parent died before prctl
        errno = 0;
        [[maybe_unused]] const int ignored = ::nice(workerNice);
        // The status pipe may itself be descriptor 3: out of the way first.
        const int kept = ::fcntl(status, F_DUPFD_CLOEXEC, socketDescriptor + 1);
        const int from = ::fcntl(socket, F_DUPFD_CLOEXEC, socketDescriptor + 1);
        const bool redirected = kept >= 0 && from >= 0 && ::dup2(null, STDIN_FILENO) >= 0 &&
                                ::dup2(log, STDOUT_FILENO) >= 0 && ::dup2(log, STDERR_FILENO) >= 0 &&
                                ::dup2(from, socketDescriptor) >= 0;
        if (redirected) {
            resetSignals();
            ::execv(program, arguments);
        }
        const int reason = errno;
        [[maybe_unused]] const ssize_t written = ::write(kept >= 0 ? kept : status, &reason, sizeof reason);
        ::_exit(EXIT_FAILURE);
    }

    static void resetSignals() {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
            ::signal(signal, SIG_DFL);
    }
};

}  // namespace

std::filesystem::path installedWorker() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ratescope-worker";
}

std::string describeExit(int status) {
    if (!WIFSIGNALED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    std::string name = ::strsignal(signal);
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return "was killed by signal " + std::to_string(signal) + " (" + name + ")";
}

WorkerProcess::WorkerProcess(const WorkerCommand& command) : logFile_(command.logFile) {
    std::array<int, 2> sockets{-1, -1}, pipe{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        throw noProcess(std::strerror(errno));
    socket_ = LineSocket(sockets[0]);
    Descriptor theirs(sockets[1]);
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw noProcess(std::strerror(errno));
    Descriptor statusRead(pipe[0]), statusWrite(pipe[1]);
    const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Descriptor log(::open(logFile_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    if (null.get() < 0 || log.get() < 0) throw noProcess(std::strerror(errno));

    std::vector<std::string> texts{command.program.string()};
    texts.insert(texts.end(), command.arguments.begin(), command.arguments.end());
    std::vector<char*> arguments;
    for (std::string& text : texts)
        arguments.push_back(text.data());
    arguments.push_back(nullptr);
    const ChildStart start{arguments[0], arguments.data(),  theirs.get(), log.get(),
                           null.get(),   statusWrite.get(), ::getpid()};
    pid_ = ::fork();
    if (pid_ < 0) throw noProcess(std::strerror(errno));
    if (pid_ == 0) start();

    ::setpgid(pid_, pid_);  // in the child too: whoever comes first
    theirs.reset();
    statusWrite.reset();
    int reason = 0;
    if (::read(statusRead.get(), &reason, sizeof reason) != static_cast<ssize_t>(sizeof reason)) return;
    kill();
    throw Error(
        ErrorKind::Plugin,
        "The worker program " + command.program.string() + " can't be run: " + std::strerror(reason) + ".",
        "Install Ratescope again: ratescope-worker lies beside its other programs.");
}

WorkerProcess::~WorkerProcess() {
    kill();
}

bool WorkerProcess::reap(bool wait) {
    if (status_) return true;
    int status = 0;
    pid_t ended = 0;
    do
        ended = ::waitpid(pid_, &status, wait ? 0 : WNOHANG);
    while (ended < 0 && errno == EINTR);
    if (ended == pid_) status_ = status;
    return ended != 0;
}

void WorkerProcess::kill() {
    if (pid_ <= 0) return;
    // While the leader is not reaped its number can't be another group's. Afterwards the group lives on as
    // long as one of its members.
    if (!status_) ::kill(-pid_, SIGKILL);
    reap(true);
}

std::string WorkerProcess::end(int graceMs) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(graceMs);
    siginfo_t state{};
    const auto running = [&] {
        state.si_pid = 0;
        return ::waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               state.si_pid == 0;
    };
    while (running() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    kill();
    return status_ ? describeExit(*status_) : "ended";
}

std::string WorkerProcess::lastLines(std::size_t lines) const {
    constexpr std::streamoff most = 4096;
    std::ifstream file(logFile_, std::ios::binary | std::ios::ate);
    if (!file) return "";
    const std::streamoff size = file.tellg();
    std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
    file.seekg(size - static_cast<std::streamoff>(text.size()));
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    std::size_t begin = text.size();
    for (std::size_t i = 0; i < lines && begin != std::string::npos && begin > 0; ++i)
        begin = text.rfind('\n', begin - 1);
    return begin == std::string::npos || begin == 0 ? text : text.substr(begin + 1);
}

}  // namespace ratescope::run
