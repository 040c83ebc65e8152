#pragma once

// Programs that go on when this one ends.

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::run {

enum class DetachedState {
    Starting,
    Runs,
    CannotStart,  ///< there is no such program, or the system has no room for it
    Ended,
};

/// Starts the program in a session of its own, without input and output, its errors in the file; the state changes
/// while this process runs. Nothing is waited for: a thread starts it, and by posix_spawn, which shares the memory
/// until the program runs. QProcess::startDetached copies the page tables of a large window, for tens of milliseconds.
std::shared_ptr<const std::atomic<DetachedState>> startDetached(const std::filesystem::path& program,
                                                                const std::vector<std::string>& arguments,
                                                                const std::filesystem::path& errorFile);

}  // namespace ratescope::run
