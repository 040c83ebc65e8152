#include "core/run/progress_meter.h"

namespace ratescope::run {
namespace {

constexpr std::chrono::seconds window{30};

}  // namespace

void ProgressMeter::note(std::int64_t ended, Clock::time_point now) {
    // The oldest note that is kept lies before the window, so that slow items still give a rate.
    while (notes_.size() > 1 && notes_[1].first < now - window)
        notes_.pop_front();
    if (notes_.empty() || notes_.back().second != ended) notes_.emplace_back(now, ended);
}

double ProgressMeter::perMinute() const {
    if (notes_.size() < 2) return 0;
    const double seconds = std::chrono::duration<double>(notes_.back().first - notes_.front().first).count();
    const auto items = static_cast<double>(notes_.back().second - notes_.front().second);
    return seconds > 0 && items > 0 ? 60 * items / seconds : 0;
}

std::optional<double> ProgressMeter::secondsFor(std::int64_t items) const {
    const double rate = perMinute();
    return rate > 0 ? std::optional(60 * static_cast<double>(items) / rate) : std::nullopt;
}

}  // namespace ratescope::run
