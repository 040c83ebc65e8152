#include "plugins/image/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    decodeHostile(image::pngNode(), bytes);
}
