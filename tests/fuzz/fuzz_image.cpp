#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "tests/fuzz/fuzz.h"

#include <memory>

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    try {
        imageSize(bytes, "x");
    } catch (const ratescope::Error&) {
    }
    fromParts(toParts(std::make_shared<const Image>(decodeImage(bytes, "x"))));
}
