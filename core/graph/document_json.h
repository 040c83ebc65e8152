#pragma once

// The file form of a document: UTF-8 JSON, extension .ratescope, {"ratescope":"document","format":N,…}.
// Schema in docs/schemas/document.json. Old formats open for ever: they are brought up one format at a time.

#include "core/graph/document.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>

namespace ratescope::graph {

inline constexpr int documentFormat = 2;

/// Throws Error(Document) for a number that is not finite or text that is not UTF-8.
nlohmann::json toJson(const Document& document);

/// The bytes of the file: keys in a fixed order, short arrays and objects on one line, a line feed at the
/// end. Equal documents give equal bytes. Throws as toJson.
std::string toText(const Document& document);

/// Migrates older formats (`migrated` tells), then reads. Throws Error(Document) that names the place in the
/// JSON ("nodes[2].slug") on a wrong type, a missing or unknown field (a newer program's, which saving would
/// lose), NaN, or a format newer than this program's.
Document documentFromJson(nlohmann::json json, bool* migrated = nullptr);

/// Throws Error(Input) if the file is missing, empty, over 64 MiB or not JSON; Error(Document) as above.
Document readDocument(const std::filesystem::path& file, bool* migrated = nullptr);

/// Written aside, then renamed; keys in a fixed order, so that equal documents give equal bytes. When the
/// file there has an older format, it is kept beside as FILE.format-N.
void writeDocument(const std::filesystem::path& file, const Document& document);

}  // namespace ratescope::graph
