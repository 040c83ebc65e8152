#pragma once

// Tiny models as files of every format, for tests.

#include "core/media/node/language_model.h"
#include "core/media/node/value.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace ratescope::media::test {

void writeBytes(const std::filesystem::path& file, const std::string& bytes);

/// The tensors of tinyLlama (gguf_files.h) as F32 under the names of Hugging Face.
TensorSet tinyTensors();
/// Of tinyLlama, for model_type "llama".
std::string tinyConfig();
/// Byte-level BPE of `pieces` pieces ("p1", …; the last one "p 1" made by a merge), with "<|endoftext|>" as id 0.
std::string tinyTokenizerJson(int pieces = 300);
/// Pre-tokenizers as in Llama 3 and Qwen2, with what they say of digits. (Here, since moc takes its quotes amiss.)
std::string regexSplitter(const std::string& numbers);
/// A piece for each byte, in GPT-2's alphabet.
TokenizerData tokenizerOfBytes();
/// config.json, tokenizer.json, model.safetensors.
void writeTinyFolder(const std::filesystem::path& folder);

/// A llama2.c model: hidden size 8, two heads, one of keys and values, two layers, `vocabulary` pieces (negative: with a
/// classifier of its own), context 16.
std::string tinyLlama2c(std::int32_t vocabulary = 262);
/// Its tokenizer: <unk>, <s>, </s>, all bytes, " t", " h", ….
std::string tinyLlama2cTokenizer(std::int32_t vocabulary = 262);

}  // namespace ratescope::media::test
