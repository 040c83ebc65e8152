#pragma once

// Counts by state and failures as JSON (docs/schemas/status.json): what `status` prints and the supervisor's socket answers.

#include "core/store/library.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace ratescope::store {

nlohmann::json toJson(const StateCounts& counts);
nlohmann::json toJson(const FailureRow& row);

/// Of one study, or of the whole library. At most 1,000 failures are listed.
nlohmann::json statusJson(const Library& library, const std::optional<StudyRecord>& study);

}  // namespace ratescope::store
