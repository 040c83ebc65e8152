#pragma once

// Text files as they are, for corpora.

#include "core/media/node/value.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ratescope::media {

/// Maps the file; the text is a view of the mapping, unchanged: a byte order mark and line ends stay. Throws
/// Error(Input) that names the file, also where it is empty or not UTF-8 (saying at which byte).
TextCorpus readText(const std::filesystem::path& file);

/// The same from memory that `owner` keeps alive; `name` stands in messages.
TextCorpus decodeText(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                      const std::string& name);

/// Its bytes (extension txt, else Error(Usage)). Throws Error(Resource) when the file can't be written.
void writeText(const std::filesystem::path& file, const TextCorpus& corpus);

}  // namespace ratescope::media
