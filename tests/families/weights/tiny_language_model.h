#pragma once

// A language model of two small blocks with a tokenizer of bytes, and some text for it.

#include "core/media/assets/gguf_model.h"
#include "core/media/node/language_model.h"
#include "tests/core/media/assets/gguf_files.h"
#include "tests/core/media/assets/model_files.h"
#include "tests/families/support.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>

namespace ratescope::media::test {

inline LanguageModel tiny() {
    LanguageModel model = languageModelOf(decoded(tinyLlama().bytes()));
    model.tokenizer = tokenizerOfBytes();
    return model;
}

inline Value textOf(const std::string& text) {
    Array bytes(DType::U8, {static_cast<std::int64_t>(text.size())});
    std::ranges::copy(std::as_bytes(std::span(text)), bytes.writableBytes().begin());
    return std::make_shared<const TextCorpus>(TextCorpus{bytes});
}

inline Value someText() {
    std::string text;
    for (int i = 0; i < 400; ++i)
        text += "word " + std::to_string(i * 7 % 150) + (i % 11 == 0 ? ".\n" : " ");
    return textOf(text);
}

}  // namespace ratescope::media::test
