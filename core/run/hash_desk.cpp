#include "core/run/hash_desk.h"

#include "core/error.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

// Hashed in some milliseconds: so soon the thread heeds that it is to stop.
constexpr std::size_t blockBytes = std::size_t{1} << 20;

int newEvent() {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        throw Error(ErrorKind::Resource, std::string("No event can be made: ") + std::strerror(errno) + ".",
                    "Close other programs, or raise the limit of open files.");
    return descriptor;
}

/// What changes when a file is written to; nothing if it can't be looked at.
std::optional<std::pair<std::uintmax_t, fs::file_time_type>> traceOf(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) return std::nullopt;
    const auto written = fs::last_write_time(file, error);
    return error ? std::nullopt : std::optional(std::pair(size, written));
}

}  // namespace

HashDesk::HashDesk() : descriptor_(newEvent()) {}

HashDesk::~HashDesk() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
        stop_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    ::close(descriptor_);
}

HashDesk::Number HashDesk::request(std::vector<fs::path> files, Answer answer) {
    const Number number = ++last_;
    answers_[number] = std::move(answer);
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({number, std::move(files), {}});
    }
    changed_.notify_one();
    // Most programs never have anything to hash.
    if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
    return number;
}

void HashDesk::forget(Number request) {
    const auto found = answers_.find(request);
    if (found == answers_.end()) return;
    const Answer answer = std::move(found->second);
    answers_.erase(found);
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(waiting_, [&](const Work& work) { return work.number == request; });
        if (served_ == request) stop_ = true;
    }
    answer(request, std::nullopt);
}

void HashDesk::handle() {
    std::uint64_t count = 0;
    if (::read(descriptor_, &count, sizeof count) < 0) return;
    std::vector<Work> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (const Work& work : finished) {
        const auto found = answers_.find(work.number);
        if (found == answers_.end()) continue;
        const Answer answer = std::move(found->second);
        answers_.erase(found);
        answer(work.number, work.hashes);
    }
}

// --- the hashing thread ------------------------------------------------------------------------------------

void HashDesk::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return quit_ || !waiting_.empty(); });
        if (quit_) return;
        Work work = std::move(waiting_.front());
        waiting_.pop_front();
        served_ = work.number;
        stop_ = false;
        lock.unlock();
        hash(work);
        lock.lock();
        served_ = 0;
        finished_.push_back(std::move(work));
        const std::uint64_t one = 1;
        // It can't fail: the count never comes near its limit.
        [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
    }
}

/// Of a file that can't be read nothing is said: whoever needs it finds out, and says for what.
void HashDesk::hash(Work& work) const {
    std::vector<char> block(blockBytes);
    for (const fs::path& file : work.files) {
        const auto before = traceOf(file);
        std::ifstream stream(file, std::ios::binary);
        Sha256 state;
        while (stream && !stop_) {
            stream.read(block.data(), static_cast<std::streamsize>(block.size()));
            state.add(std::string_view(block.data(), static_cast<std::size_t>(stream.gcount())));
        }
        if (stop_) return;
        if (stream.eof() && before && before == traceOf(file)) work.hashes.emplace_back(file, state.finish());
    }
}

}  // namespace ratescope::run
