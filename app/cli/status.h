#pragma once

// Counts by state and failures, as `status` and `run` print them.

#include <optional>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/store/library.h"

namespace ratescope::cli {

nlohmann::json toJson(const store::StateCounts& counts);
nlohmann::json toJson(const store::FailureRow& row);
/// docs/schemas/status.json.
nlohmann::json statusJson(const store::Library& library, const std::optional<store::StudyRecord>& study);
/// One line each.
void printFailures(const std::vector<store::FailureRow>& failures);

}  // namespace ratescope::cli
