#pragma once

// Results that rows take over from finished rows of the same computation: a task is computed once. An item that
// has reached something counts as one of the candidate that it came to, its measurements as those of the score
// tasks that they came to.

#include "core/store/records.h"
#include "core/store/sqlite.h"

#include <vector>

namespace ratescope::store {

/// A finished row of this key, or one that came to this task; 0 if there is none.
ItemId finishedItem(Database& database, const Hash& key);
MeasurementId finishedMeasurement(Database& database, const Hash& key);

/// The callers hold a write transaction.
void copyItemResult(Database& database, ItemId from, ItemId to);
/// Of an item that is to reach the same: also what it came to, and its streams.
void copyReach(Database& database, ItemId from, ItemId to);
/// `metrics` finish the values anew, as `to` has them.
void copyMeasurementResult(Database& database, MeasurementId from, MeasurementId to,
                           const std::vector<graph::Metric>& metrics);
void rescore(Database& database, MeasurementId measurement, const std::vector<graph::Metric>& metrics);

}  // namespace ratescope::store
