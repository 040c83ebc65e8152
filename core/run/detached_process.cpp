#include "core/run/detached_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

namespace ratescope::run {
namespace {

/// What the child gets in place of this process's own; its words are kept alive here.
struct Start {
    std::vector<std::string> words;
    std::string errorFile;

    /// 0 where the program can't be started.
    pid_t run() {
        std::vector<char*> pointers;
        for (std::string& word : words)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        setFiles(files);
        setSignals(attributes);
        pid_t child = 0;
        const int failure =
            posix_spawn(&child, words.front().c_str(), &files, &attributes, pointers.data(), environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&files);
        return failure == 0 ? child : 0;
    }

    void setFiles(posix_spawn_file_actions_t& files) const {
        constexpr mode_t ours = 0600;
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errorFile.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, ours);
    }

    /// A session of its own, and signals as a shell would give them.
    static void setSignals(posix_spawnattr_t& attributes) {
        sigset_t none, asEver;
        sigemptyset(&none);
        sigemptyset(&asEver);
        sigaddset(&asEver, SIGPIPE);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &asEver);
        posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                                 POSIX_SPAWN_SETSIGDEF));
    }
};

}  // namespace

std::shared_ptr<const std::atomic<DetachedState>> startDetached(const std::filesystem::path& program,
                                                                const std::vector<std::string>& arguments,
                                                                const std::filesystem::path& errorFile) {
    Start start{{program.string()}, errorFile.string()};
    start.words.insert(start.words.end(), arguments.begin(), arguments.end());
    auto state = std::make_shared<std::atomic<DetachedState>>(DetachedState::Starting);
    std::thread([start = std::move(start), state]() mutable {
        const pid_t child = start.run();
        *state = child == 0 ? DetachedState::CannotStart : DetachedState::Runs;
        if (child == 0) return;
        ::waitpid(child, nullptr, 0);
        *state = DetachedState::Ended;
    }).detach();
    return state;
}

}  // namespace ratescope::run
