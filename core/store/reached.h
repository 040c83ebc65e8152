#pragma once

// What items have come to that were to reach something.

#include "core/store/records.h"
#include "core/store/sqlite.h"

#include <optional>

namespace ratescope::store {

std::optional<ReachRecord> readReach(Database& database, ItemId item);

/// Makes a row beside a measurement for a score of a probe, orphaned: no document asks for it. Nothing when there
/// is a finished one of this task already, or the measurement is gone.
std::optional<MeasurementId> addProbe(Database& database, const ProbeScore& probe);

}  // namespace ratescope::store
