#include "core/media/coding/damaged.h"

namespace ratescope::media {

Error damaged(const std::string& reason) {
    return Error(ErrorKind::Input, "The stream is damaged: " + reason + ".",
                 "Encode it again, or fetch the file again.");
}

}  // namespace ratescope::media
