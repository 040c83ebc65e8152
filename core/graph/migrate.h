#pragma once

// Old documents open for ever: each step brings the JSON of one format to the next.

#include <nlohmann/json_fwd.hpp>

namespace ratescope::graph {

/// Brings the JSON up to documentFormat; true if it was older. Throws Error(Document) when it is no document,
/// has a format newer than this program's, or has in an old format what that format did not allow.
bool migrate(nlohmann::json& document);

/// The format that the file says, without reading more of it. Throws Error(Document) when it is no document.
int formatOf(const nlohmann::json& document);

}  // namespace ratescope::graph
