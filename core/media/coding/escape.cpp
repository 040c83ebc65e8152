#include "core/media/coding/escape.h"

#include "core/media/coding/damaged.h"

namespace ratescope::media {

void refuseEmptyGroup() {
    throw damaged("the highest group of a number in it is empty");
}

}  // namespace ratescope::media
