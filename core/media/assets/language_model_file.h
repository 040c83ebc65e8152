#pragma once

// Language models from files, whatever their format.

#include "core/media/node/language_model.h"

#include <filesystem>
#include <vector>

namespace ratescope::media {

/// A GGUF file, a llama2.c file, or a folder of Hugging Face's (or its config.json), told apart by content. Tensors are
/// views of mapped files. Throws Error(Input) where it is none of them, damaged, of an architecture that is not read, or
/// where a weight is NaN or infinite (naming the tensor): all weights are looked at once.
LanguageModel readLanguageModel(const std::filesystem::path& path);

/// All files that readLanguageModel reads for this one, itself first; for a folder, its config.json. Throws Error(Input)
/// as readLanguageModel, without reading weights.
std::vector<std::filesystem::path> filesOfLanguageModel(const std::filesystem::path& path);

}  // namespace ratescope::media
