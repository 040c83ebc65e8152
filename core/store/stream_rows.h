#pragma once

// Rows of streams with their named parts.

#include "core/store/records.h"
#include "core/store/sqlite.h"

#include <optional>

namespace ratescope::store {

/// The stream that a task made; nothing if it is not kept.
std::optional<StreamRecord> findStreamRow(Database& database, const Hash& task);

}  // namespace ratescope::store
