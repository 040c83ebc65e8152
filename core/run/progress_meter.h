#pragma once

// How fast items finish, over the last half minute.

#include "core/run/worker_pool.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace ratescope::run {

class ProgressMeter {
  public:
    /// `ended`: items that have ended so far, with their measurements.
    void note(std::int64_t ended, Clock::time_point now = Clock::now());
    double perMinute() const;
    /// Nothing before the first item.
    std::optional<double> secondsFor(std::int64_t items) const;

  private:
    std::deque<std::pair<Clock::time_point, std::int64_t>> notes_;
};

}  // namespace ratescope::run
