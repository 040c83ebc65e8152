#include "core/media/assets/safetensors_file.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <memory>

using namespace ratescope;
using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    Array aligned(DType::U8, {static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(bytes, aligned.writableBytes().begin());
    fromParts(toParts(std::make_shared<const TensorSet>(decodeSafetensors(aligned.bytes(), nullptr, "x"))));
}
