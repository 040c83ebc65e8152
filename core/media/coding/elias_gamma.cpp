#include "core/media/coding/elias_gamma.h"

#include "core/media/coding/damaged.h"

namespace ratescope::media {

void refuseZero() {
    throw Error(ErrorKind::Internal, "Zero has no Elias gamma code.", "");
}

void refuseNumberAbove(std::uint64_t limit) {
    throw damaged("a number in it is above " + std::to_string(limit));
}

}  // namespace ratescope::media
