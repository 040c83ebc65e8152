#pragma once

// Safetensors in several files with an index beside them ("model.safetensors.index.json"), as Hugging Face writes them.

#include "core/media/node/value.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ratescope::media {

/// The files that an index names, sorted, without reading them. Each is a plain name, so that none lies outside the
/// index's folder. Throws Error(Input) for another form or name and for more than 4096 files.
std::vector<std::string> shardsOf(const std::filesystem::path& index);

/// All tensors of the files, in the order of their names and, within a file, of their data; views of the mappings as
/// with readSafetensors. Throws Error(Input) where a tensor is not in the file that the index says, or a file has one
/// that the index does not say.
TensorSet readSafetensorsShards(const std::filesystem::path& index);

}  // namespace ratescope::media
