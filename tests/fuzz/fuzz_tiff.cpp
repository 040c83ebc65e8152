#include "core/media/assets/image_formats.h"
#include "tests/fuzz/fuzz.h"

#include <memory>

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    try {
        tiffSize(bytes, "x");
    } catch (const ratescope::Error&) {
    }
    fromParts(toParts(std::make_shared<const Image>(decodeTiff(bytes, "x"))));
}
