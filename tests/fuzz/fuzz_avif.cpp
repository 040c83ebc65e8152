#include "plugins/image/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

#include <avif/avif.h>

#include <memory>

using namespace ratescope::media;

namespace {

bool isSmall(std::span<const std::byte> bytes) {
    const std::unique_ptr<avifDecoder, void (*)(avifDecoder*)> decoder(avifDecoderCreate(),
                                                                       avifDecoderDestroy);
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return avifDecoderSetIOMemory(decoder.get(), data, bytes.size()) != AVIF_RESULT_OK ||
           avifDecoderParse(decoder.get()) != AVIF_RESULT_OK ||
           std::uint64_t{decoder->image->width} * decoder->image->height <= mostFuzzedPixels;
}

}  // namespace

RATESCOPE_FUZZ(bytes) {
    if (isSmall(bytes)) decodeHostile(image::avifNode(), bytes);
}
