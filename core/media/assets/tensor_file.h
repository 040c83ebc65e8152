#pragma once

// Tensors from files, whatever their format.

#include "core/media/node/value.h"

#include <filesystem>

namespace ratescope::media {

/// Safetensors, an index of several safetensors files (*.safetensors.index.json), or what torch.save wrote; the first
/// and the last are told apart by content. Throws Error(Input) as their readers do.
TensorSet readTensors(const std::filesystem::path& file);

}  // namespace ratescope::media
