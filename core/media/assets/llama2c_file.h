#pragma once

// The files of llama2.c (github.com/karpathy/llama2.c, run.c): seven integers, then all weights as F32, kind after
// kind; and its tokenizers, a score and a text a piece.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ratescope::media {

/// The model without a tokenizer, its tensors views of the memory that `owner` keeps alive. A negative vocabulary says
/// that the file has a classifier of its own, a positive one that it is the embeddings. Throws Error(Input) that names
/// the file: counts that are none, or another length than they give.
LanguageModel decodeLlama2c(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                            const std::string& name);

/// SentencePiece BPE of so many pieces, of which the first three are unknown, beginning and end. Throws Error(Input):
/// truncated, bytes left over, text that is not UTF-8, scores that are not finite.
TokenizerData decodeLlama2cTokenizer(std::span<const std::byte> bytes, std::int64_t vocabulary,
                                     const std::string& name);

/// Of a model with so many pieces: tokN.bin or tokenizer.bin in its folder. Throws Error(Input) where there is neither.
std::filesystem::path llama2cTokenizerOf(const std::filesystem::path& model, std::int64_t vocabulary);

}  // namespace ratescope::media
