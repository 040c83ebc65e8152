#pragma once

// The file form of a document: UTF-8 JSON, extension .ratescope, {"ratescope":"document","format":N,…}.
// Schema in docs/schemas/document.json. Old formats open for ever: they are brought up one format at a time.

#include "core/graph/document.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>

namespace ratescope::graph {

inline constexpr int documentFormat = 1;

nlohmann::json toJson(const Document& document);

/// Migrates older formats (`migrated` tells), then reads. Throws Error(Document) that names the place in the
/// JSON ("nodes[2].slug") on a wrong type, a missing field, NaN, or a format newer than this program's.
Document documentFromJson(nlohmann::json json, bool* migrated = nullptr);

/// Throws Error(Input) if the file is missing, empty, over 64 MiB or not JSON; Error(Document) as above.
Document readDocument(const std::filesystem::path& file);

/// Written aside, then renamed; keys in a fixed order, so that equal documents give equal bytes. When the
/// file there has an older format, it is kept beside as FILE.format-N.
void writeDocument(const std::filesystem::path& file, const Document& document);

}  // namespace ratescope::graph
