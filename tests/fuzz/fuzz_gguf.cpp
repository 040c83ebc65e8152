#include "core/media/assets/ggml_blocks.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/node/value.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <memory>

using namespace ratescope;
using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    const auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(bytes, memory->writableBytes().begin());
    const GgufFile file = decodeGguf(memory->bytes(), memory, "x");
    for (const ModelTensor& tensor : file.tensors) {
        isFinite(tensor);
        toFloat(tensor);
    }
    tokenizerOf(file.metadata);
    fromParts(toParts(std::make_shared<const LanguageModel>(languageModelOf(file))));
}
