#include "core/media/assets/image_formats.h"
#include "tests/fuzz/fuzz.h"

#include <memory>

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    fromParts(toParts(std::make_shared<const Image>(decodeWebp(bytes, "x"))));
}
