#include "plugins/image/jpeg_library.h"

#include "core/error.h"

#include <utility>

namespace ratescope::media::image {

void JpegGuard::leave(j_common_ptr common) {
    errors_.format_message(common, message_);
    std::longjmp(jump_, 1);
}

void JpegGuard::tick() {
    const double pass = progress_.pass_limit > 0
                            ? static_cast<double>(progress_.pass_counter) / static_cast<double>(progress_.pass_limit)
                            : 0;
    const int passes = progress_.total_passes > 0 ? progress_.total_passes : 1;
    // An exception may not travel through libjpeg's frames, nor a jump leave a handler.
    try {
        context_->progress((progress_.completed_passes + pass) / passes);
    } catch (...) {
        pending_ = std::current_exception();
    }
    if (pending_) std::longjmp(jump_, 1);
}

void JpegGuard::raise(const char* subject) {
    if (pending_) std::rethrow_exception(std::exchange(pending_, nullptr));
    throw Error(ErrorKind::Input, std::string(subject) + ": " + message_ + ".",
                "Check the input, or make it again.");
}

}  // namespace ratescope::media::image
