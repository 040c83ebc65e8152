#pragma once

// Tensors of files that torch.save wrote: a zip archive with a pickle in it, or, before PyTorch 1.6, pickles one after
// the other. Pickles are read as data (pickle_reader.h).

#include "core/media/node/value.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ratescope::media {

/// By content: whether the bytes begin as one of the two forms.
bool isTorchFile(std::span<const std::byte> bytes);

/// Dictionaries and lists within each other become names joined by dots ("state_dict.conv1.weight", "params.0.lr");
/// tensors come in their order, numbers and texts are the set's metadata. Contiguous tensors that lie at a multiple of
/// their element are views of the mapped file; others are copied, four times the file's size at most. Names and metadata
/// take four times the file's size and 16 MiB at most. Throws Error(Input) that names the file: whatever the pickle's
/// reader refuses, storages that are missing, truncated or of another size, tensors that reach outside theirs or repeat
/// their elements, big-endian files, the tar format before PyTorch 0.1.10.
TensorSet readTorch(const std::filesystem::path& file);

/// The same from memory that `owner` keeps alive; `name` stands in messages.
TensorSet decodeTorch(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                      const std::string& name);

}  // namespace ratescope::media
