#include "plugins/image/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

#include <jxl/decode_cxx.h>

using namespace ratescope::media;

namespace {

bool isSmall(std::span<const std::byte> bytes) {
    const JxlDecoderPtr decoder = JxlDecoderMake(nullptr);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO);
    JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    JxlDecoderCloseInput(decoder.get());
    JxlBasicInfo info;
    return JxlDecoderProcessInput(decoder.get()) != JXL_DEC_BASIC_INFO ||
           JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS ||
           std::uint64_t{info.xsize} * info.ysize <= mostFuzzedPixels;
}

}  // namespace

RATESCOPE_FUZZ(bytes) {
    if (isSmall(bytes)) decodeHostile(image::jxlNode(), bytes);
}
