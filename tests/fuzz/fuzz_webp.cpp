#include "core/media/assets/image_formats.h"
#include "plugins/image/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

#include <webp/decode.h>

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    int width = 0, height = 0;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (WebPGetInfo(data, bytes.size(), &width, &height) &&
        static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > mostFuzzedPixels)
        return;
    try {
        decodeWebp(bytes, "x");
    } catch (const ratescope::Error& error) {
        if (error.kind() != ratescope::ErrorKind::Input) throw;
    }
    decodeHostile(image::webpNode(), bytes);
}
