#pragma once

// Signs of life while a library works that calls nothing back.

#include "core/media/node/context.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace ratescope::media::image {

/// While it lives, context.check() is called every 100 ms from a thread of its own. It can't stop the library: a
/// cancelled task ends with its worker (after 0.7 s), or when the caller next asks.
class Heartbeat {
  public:
    explicit Heartbeat(Context& context);

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  ///< joined first
};

}  // namespace ratescope::media::image
