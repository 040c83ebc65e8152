#include "core/media/quality/execution.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ratescope::media {
namespace {

/// The pieces of one call, handed out one after the other.
class Pieces {
  public:
    Pieces(std::size_t count, const std::function<void()>& check,
           const std::function<void(std::size_t)>& work)
        : count_(count), check_(check), work_(work) {}

    /// What each thread does until nothing is left.
    void run() noexcept {
        try {
            for (std::size_t piece = next_++; piece < count_; piece = next_++) {
                check_();
                work_(piece);
            }
        } catch (...) {
            next_ = count_;
            const std::lock_guard lock(mutex_);
            if (!error_) error_ = std::current_exception();
        }
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    const std::size_t count_;
    const std::function<void()>& check_;
    const std::function<void(std::size_t)>& work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace

void Execution::forEach(std::size_t pieces, const std::function<void(std::size_t)>& work) const {
    Pieces shared(pieces, check, work);
    {
        std::vector<std::jthread> others;
        const std::size_t helpers = std::min(static_cast<std::size_t>(std::max(threads, 1)), pieces);
        for (std::size_t i = 1; i < helpers; ++i)
            others.emplace_back([&shared] { shared.run(); });
        shared.run();
    }
    shared.rethrow();
}

Execution executionIn(Context& context) {
    return {.threads = context.threads(), .check = [&context] { context.check(); }};
}

}  // namespace ratescope::media
