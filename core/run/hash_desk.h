#pragma once

// Hashes source files in a thread of its own: large ones take minutes, and status, pause and cancel have to be answered
// meanwhile. All but the hashing happens in the thread of the event loop.

#include "core/hash.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ratescope::run {

class HashDesk {
  public:
    /// Those that could be read and did not change meanwhile.
    using Hashes = std::vector<std::pair<std::filesystem::path, Hash>>;
    using Number = std::uint64_t;
    /// No hashes when the request was forgotten.
    using Answer = std::function<void(Number request, const std::optional<Hashes>& hashes)>;

    HashDesk();
    ~HashDesk();
    HashDesk(const HashDesk&) = delete;
    HashDesk& operator=(const HashDesk&) = delete;

    /// One request is served after the other.
    Number request(std::vector<std::filesystem::path> files, Answer answer);
    /// Answers it at once; the thread leaves the file that it is at.
    void forget(Number request);
    bool idle() const { return answers_.empty(); }
    /// Readable when handle() has something to do.
    int descriptor() const { return descriptor_; }
    /// Calls the answers of what is finished.
    void handle();

  private:
    struct Work {
        Number number = 0;
        std::vector<std::filesystem::path> files;
        Hashes hashes;
    };

    void serve();
    void hash(Work& work) const;

    const int descriptor_;
    std::map<Number, Answer> answers_;
    Number last_ = 0;

    std::thread thread_;
    std::mutex mutex_;  ///< guards what follows, but for stop_
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    std::vector<Work> finished_;
    Number served_ = 0;
    bool quit_ = false;
    std::atomic<bool> stop_{false};  ///< the work at hand is not wanted any more
};

}  // namespace ratescope::run
