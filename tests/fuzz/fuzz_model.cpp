#include "core/media/assets/llama2c_file.h"
#include "core/media/assets/model_folder.h"
#include "core/media/assets/sentencepiece_file.h"
#include "core/media/assets/tokenizer_json.h"
#include "core/media/node/value.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <memory>

using namespace ratescope;
using namespace ratescope::media;

namespace {

void readModel(std::span<const std::byte> bytes) {
    const auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(bytes, memory->writableBytes().begin());
    fromParts(toParts(std::make_shared<const LanguageModel>(decodeLlama2c(memory->bytes(), memory, "x"))));
}

}  // namespace

/// The first byte says which of the formats the others are.
RATESCOPE_FUZZ(bytes) {
    if (bytes.empty()) return;
    const auto rest = bytes.subspan(1);
    switch (std::to_integer<int>(bytes[0]) % 5) {
        case 0:
            return readModel(rest);
        case 1:
            decodeLlama2cTokenizer(rest, 262, "x");
            return;
        case 2:
            parseSentencePiece(rest, "x");
            return;
        case 3:
            parseTokenizerJson(rest, "x");
            return;
        default:
            parseModelConfig(rest, "x");
    }
}
