#include "core/media/command/process.h"

#include "core/graph/value.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

namespace ratescope::media {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int controlOfKeeper = 3;
constexpr int waitMs = 50;
constexpr std::chrono::milliseconds betweenLooks{250};
constexpr std::size_t keptMessages = 2048;
constexpr std::uint64_t bytesOfEntry = 4096;  // an empty file takes room too

Error noProcess(int reason) {
    return Error(ErrorKind::Resource,
                 std::string("No process can be started: ") + std::strerror(reason) + ".",
                 "Run fewer jobs, or raise the number of processes and open files.");
}

/// Beside this program, or in bin beside its folder (tests).
fs::path keeperProgram() {
    const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
    for (const fs::path& place : {folder, folder.parent_path() / "bin"})
        if (fs::path program = place / "ratescope-keeper"; ::access(program.c_str(), X_OK) == 0)
            return program;
    throw Error(ErrorKind::Plugin, "There is no ratescope-keeper beside " + folder.string() + ".",
                "Install Ratescope again: it lies beside its other programs.");
}

std::vector<std::string> environmentOf(const fs::path& folder, int threads) {
    std::vector<std::string> environment{"LC_ALL=C.UTF-8", "TZ=UTC", "TMPDIR=" + folder.string(),
                                         "OMP_NUM_THREADS=" + std::to_string(threads),
                                         "OPENBLAS_NUM_THREADS=" + std::to_string(threads)};
    for (const char* name : {"PATH", "HOME", "LD_LIBRARY_PATH"})
        if (const char* const value = std::getenv(name))
            environment.push_back(std::string(name) + "=" + value);
    return environment;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// What posix_spawn is told, freed at the end.
struct SpawnPlan {
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void give(int descriptor, int as) { ::posix_spawn_file_actions_adddup2(&actions, descriptor, as); }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

void closeOne(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

/// Two ends, both above the descriptors that the keeper is given.
struct Ends {
    explicit Ends(bool socket) {
        std::array<int, 2> made{-1, -1};
        const int failed = socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made.data())
                                  : ::pipe2(made.data(), O_CLOEXEC);
        if (failed != 0) throw noProcess(errno);
        ours = raised(made[0]);
        theirs = raised(made[1]);
        if (ours < 0 || theirs < 0) {
            const int reason = errno;
            closeBoth();
            throw noProcess(reason);
        }
    }
    ~Ends() { closeBoth(); }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    static int raised(int descriptor) {
        const int higher = ::fcntl(descriptor, F_DUPFD_CLOEXEC, controlOfKeeper + 1);
        ::close(descriptor);
        return higher;
    }
    void closeBoth() {
        closeOne(ours);
        closeOne(theirs);
    }
    int keep() {
        ::fcntl(ours, F_SETFL, O_NONBLOCK);
        return std::exchange(ours, -1);
    }

    int ours = -1, theirs = -1;
};

std::uint64_t bytesIn(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code failure;
    fs::recursive_directory_iterator entries(folder, failure);
    // Files come and go meanwhile: what can't be read is passed over.
    for (; !failure && entries != fs::recursive_directory_iterator(); entries.increment(failure)) {
        struct stat status {};
        if (::lstat(entries->path().c_str(), &status) != 0) continue;
        bytes += std::max<std::uint64_t>(static_cast<std::uint64_t>(status.st_blocks) * 512, bytesOfEntry);
    }
    return bytes;
}

std::string mebibytes(std::uint64_t bytes) {
    return std::to_string(bytes >> 20) + " MiB";
}

std::string nameOfSignal(int signal) {
    const char* const description = ::strsignal(signal);
    return "signal " + std::to_string(signal) + " (" + (description ? description : "unknown") + ")";
}

}  // namespace

Process::Process(std::string name, const std::vector<std::string>& words, const fs::path& folder,
                 const ProcessLimits& limits, int threads, bool input)
    : name_(std::move(name)), limits_(limits), folder_(folder) {
    start(words, folder, threads, input);
    beginCall(folder);
}

void Process::start(const std::vector<std::string>& words, const fs::path& folder, int threads, bool input) {
    const std::string program = keeperProgram().string();
    std::vector<std::string> arguments{program, std::to_string(limits_.memory), std::to_string(limits_.disk),
                                       folder.string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> environment = environmentOf(folder, threads);
    Ends out(false), errors(false), control(true);
    std::optional<Ends> in;
    SpawnPlan plan;
    if (input)
        plan.give(in.emplace(true).theirs, STDIN_FILENO);
    else
        ::posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    plan.give(out.theirs, STDOUT_FILENO);
    plan.give(errors.theirs, STDERR_FILENO);
    plan.give(control.theirs, controlOfKeeper);
    ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, controlOfKeeper + 1);
    const int failed = ::posix_spawn(&keeper_, program.c_str(), &plan.actions, &plan.attributes,
                                     pointersTo(arguments).data(), pointersTo(environment).data());
    if (failed != 0) throw noProcess(failed);
    out_ = out.keep();
    errors_ = errors.keep();
    control_ = control.keep();
    if (in) input_ = in->keep();
}

Process::~Process() {
    kill();
}

void Process::kill() {
    closeOne(control_);  // The keeper ends all.
    if (keeper_ > 0)
        while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
        }
    keeper_ = -1;
    for (int* const descriptor : {&input_, &out_, &errors_})
        closeOne(*descriptor);
    ended_ = true;
}

void Process::beginCall(const fs::path& folder) {
    callFolder_ = folder;
    printed_ = 0;
    callBegan_ = Clock::now();
    nextLook_ = callBegan_ + betweenLooks;
}

void Process::read(int& descriptor, std::string& text, bool isTail) {
    std::array<char, 1 << 16> buffer;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        closeOne(descriptor);
        return;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    printed_ += static_cast<std::size_t>(count);
    if (isTail && text.size() > 2 * keptMessages) text.erase(0, text.size() - keptMessages);
}

void Process::readControl() {
    std::array<char, 64> buffer;
    const ssize_t count = ::read(control_, buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count > 0)
        status_.append(buffer.data(), static_cast<std::size_t>(count));
    else
        closeOne(control_);
}

void Process::pump(int timeoutMs, bool writable) {
    std::array<pollfd, 4> waited{{{out_, POLLIN, 0},
                                  {errors_, POLLIN, 0},
                                  {control_, POLLIN, 0},
                                  {writable ? input_ : -1, POLLOUT, 0}}};
    if (::poll(waited.data(), waited.size(), timeoutMs) <= 0) return;
    if (waited[0].revents != 0) read(out_, output_, false);
    if (waited[1].revents != 0) read(errors_, messages_, true);
    if (waited[2].revents != 0) readControl();
    if (out_ < 0 && errors_ < 0 && control_ < 0) kill();
}

void Process::wait(Context& context) {
    context.check();
    pump(waitMs, false);
    checkLimits();
}

void Process::write(Context& context, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size() && input_ >= 0 && !ended_) {
        context.check();
        pump(waitMs, true);
        checkLimits();
        if (input_ < 0) return;
        const ssize_t count = ::send(input_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (count >= 0)
            done += static_cast<std::size_t>(count);
        else if (errno != EAGAIN && errno != EINTR)
            closeOne(input_);  // It reads no more; its answer, or its end, says why.
    }
}

void Process::checkLimits() {
    const auto now = Clock::now();
    std::string beyond;
    if (printed_ > mostPrinted) beyond = "printed more than " + mebibytes(mostPrinted);
    if (!ended_ && now - callBegan_ > std::chrono::duration<double>(limits_.seconds))
        beyond = "was not done after " + graph::toText(limits_.seconds) + " s, its time limit";
    if (limits_.disk > 0 && (ended_ || nextLook_ <= now)) {
        nextLook_ = now + betweenLooks;
        const std::uint64_t bytes = bytesIn(folder_) + (callFolder_ == folder_ ? 0 : bytesIn(callFolder_));
        if (bytes > limits_.disk)
            beyond = "wrote more than " + mebibytes(limits_.disk) + " into its folder, its disk limit";
    }
    if (beyond.empty()) return;
    kill();
    throw fault(ErrorKind::Resource, beyond + ", and was killed");
}

std::optional<std::string> Process::takeLine() {
    const std::size_t end = output_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = output_.substr(0, end);
    output_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

std::string Process::lastWords() const {
    const std::string& text =
        messages_.find_first_not_of(" \t\r\n") != std::string::npos ? messages_ : output_;
    std::string last = text.size() > keptMessages ? "…" + text.substr(text.size() - keptMessages) : text;
    last.erase(last.find_last_not_of(" \t\r\n") + 1);
    return last;
}

Error Process::fault(ErrorKind kind, const std::string& what) const {
    const std::string said = lastWords();
    const std::string limits = "Its limits are " + graph::toText(limits_.seconds) + " s, " +
                               mebibytes(limits_.memory) + " of memory and " + mebibytes(limits_.disk) +
                               " of disk: raise them if it needs more; else mend the command.";
    return Error(kind, name_ + " " + what + (said.empty() ? "; it said nothing." : ". It said: " + said),
                 limits);
}

std::optional<Error> Process::fault() const {
    std::istringstream status(status_);
    std::string how;
    int number = 0;
    std::size_t left = 0;
    if (!(status >> how >> number >> left)) return fault(ErrorKind::Resource, "was ended from outside");
    if (how == "unstarted")
        return fault(ErrorKind::Input, std::string("can't be started: ") + std::strerror(number));
    // A shell gives the signal that its program died of as its own status.
    if (how == "signal" ? number == SIGXFSZ : number == 128 + SIGXFSZ)
        return fault(ErrorKind::Resource,
                     "wrote a file of more than " + mebibytes(limits_.disk) + ", its disk limit");
    if (how == "signal") return fault(ErrorKind::Input, "was killed by " + nameOfSignal(number));
    if (number != 0) return fault(ErrorKind::Input, "ended with status " + std::to_string(number));
    if (left > 0)
        return fault(ErrorKind::Input, "ended and left " + std::to_string(left) +
                                           (left == 1 ? " process" : " processes") + " running, now killed");
    return std::nullopt;
}

}  // namespace ratescope::media
