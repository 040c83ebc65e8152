#pragma once

// Rows of the table `item` as its readers show them.

#include "core/store/query.h"
#include "core/store/sqlite.h"

#include <optional>

namespace ratescope::store {

/// Nothing for an unknown id.
std::optional<ItemRow> findItemRow(Database& database, ItemId id);

}  // namespace ratescope::store
