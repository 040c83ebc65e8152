#include "core/run/attach.h"

#include "core/error.h"
#include "core/run/installation.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

namespace ratescope::run {
namespace {

constexpr auto patience = std::chrono::seconds(20);

/// Starts the program with its standard error in `errors`; −1 if no process can be had.
pid_t startServe(const std::filesystem::path& program, const std::filesystem::path& library, int errors) {
    const std::string file = program.string(), name = library.string();
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int nothing = ::open("/dev/null", O_RDWR);
    if (nothing < 0) ::_exit(127);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execl(file.c_str(), file.c_str(), "serve", "--library", name.c_str(), "--jobs", "1", nullptr);
    ::_exit(127);
}

std::string readAll(int descriptor) {
    std::string text;
    char block[4096];
    for (ssize_t count; (count = ::read(descriptor, block, sizeof block)) > 0;)
        text.append(block, static_cast<std::size_t>(count));
    return text;
}

}  // namespace

AttachedClient::AttachedClient(const std::filesystem::path& library) : client_(Client::attach(library)) {
    if (!client_) start(library);
}

void AttachedClient::start(const std::filesystem::path& library) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        throw Error(ErrorKind::Resource, "No pipe is to be had.",
                    "Close programs that hold many files open.");
    child_ = startServe(programFolder() / "ratescope-cli", library, pipe[1]);
    ::close(pipe[1]);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (child_ > 0 && !client_ && std::chrono::steady_clock::now() < end) {
        if (::waitpid(child_, nullptr, WNOHANG) == child_) {
            child_ = -1;
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        client_ = Client::attach(library);
    }
    const std::string said = client_ ? std::string() : readAll(pipe[0]);
    ::close(pipe[0]);
    if (!client_)
        throw Error(ErrorKind::Library, "The supervisor of " + library.string() + " does not start: " + said,
                    "Try `ratescope-cli serve --library " + library.string() + "`.");
}

AttachedClient::~AttachedClient() {
    if (child_ <= 0) return;
    try {
        client_->request("shutdown", {{"now", true}});
    } catch (const Error&) {
        // It has ended by itself: what is wanted.
    }
    ::waitpid(child_, nullptr, 0);
}

}  // namespace ratescope::run
