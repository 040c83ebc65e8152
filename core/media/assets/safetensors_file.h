#pragma once

// The safetensors format (github.com/huggingface/safetensors): u64 little-endian length n, n bytes of JSON
// header, tensors without holes.

#include "core/media/node/value.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ratescope::media {

/// Maps the file; tensors are views of the mapping (a tensor that does not lie at a multiple of its element
/// size is copied), in the order of their data. The schema is the metadata entry "ratescope.schema", else
/// "". Throws Error(Input) that names file and tensor: header longer than the file or than 100 MB, not UTF-8
/// JSON of the expected form, unknown dtype, negative or overflowing shape, size unequal to shape × dtype,
/// offsets outside the file, overlapping or leaving holes, a name used twice. NaN and infinities are data
/// like any other.
TensorSet readSafetensors(const std::filesystem::path& file);

/// The same from memory that `owner` keeps alive; `name` stands in messages.
TensorSet decodeSafetensors(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                            const std::string& name);

/// Wider element types first, so that each tensor lies aligned; else in the set's order. Metadata sorted by
/// key, header padded with spaces to a multiple of 8: equal sets give equal bytes. Throws Error(Input) when
/// a name occurs twice or is "__metadata__", Error(Resource) when the file can't be written; then nothing is
/// left behind.
void writeSafetensors(const std::filesystem::path& file, const TensorSet& set);

}  // namespace ratescope::media
