#pragma once

// A folder as Hugging Face's transformers writes it: config.json, model.safetensors (or its index and several files),
// tokenizer.json or else tokenizer.model. Names of tensors stay.

#include "core/media/node/language_model.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

inline constexpr std::size_t mostConfigMegabytes = 1;

/// Of config.json: llama, mistral, qwen2, bert. Throws Error(Input) that names the file for another model type, an
/// activation other than SiLU (BERT: GELU), rotary scaling other than linear and Llama 3's, a sliding window in a part
/// of the layers, and for a count that is missing.
ModelConfig parseModelConfig(std::span<const std::byte> bytes, const std::string& name);

/// Tensors are views of the mapped files. Left out are buffers that follow from the configuration
/// (position_ids, rotary_emb.inv_freq). Throws Error(Input), also for whatever checkLanguageModel refuses.
LanguageModel readModelFolder(const std::filesystem::path& folder);

/// The files of the folder that readModelFolder reads, config.json first.
std::vector<std::filesystem::path> filesOfModelFolder(const std::filesystem::path& folder);

}  // namespace ratescope::media
