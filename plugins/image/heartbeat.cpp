#include "plugins/image/heartbeat.h"

#include "core/error.h"

#include <chrono>

namespace ratescope::media::image {

Heartbeat::Heartbeat(Context& context)
    : thread_([this, &context](const std::stop_token& stop) {
          constexpr std::chrono::milliseconds interval(100);
          std::unique_lock lock(mutex_);
          try {
              while (!changed_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }))
                  context.check();
          } catch (const Error&) {
              return;  // Cancelled; the caller finds out.
          }
      }) {}

}  // namespace ratescope::media::image
