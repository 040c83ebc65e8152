#include "core/media/assets/torch_file.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <memory>

using namespace ratescope;
using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    const auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(bytes, memory->writableBytes().begin());
    fromParts(toParts(std::make_shared<const TensorSet>(decodeTorch(memory->bytes(), memory, "x"))));
}
