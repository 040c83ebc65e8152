#pragma once

// What an EvoPress search went through, generation by generation: kept while it goes on, shown when it is over.

#include "core/engine/quant/evolution.h"
#include "core/media/coding/fields.h"
#include "plugins/weights/candidate_model.h"
#include "plugins/weights/search_units.h"

#include <vector>

namespace ratescope::media::weights {

/// For checkpoints. Reading throws Error(Input) on what was not written so.
FieldWriter fieldsOf(const std::vector<engine::Generation>& log);
std::vector<engine::Generation> generationsFrom(FieldReader& fields);

/// The schema of such tables. A row a generation, columns `generation`, `fixed-fitness`, `fitness`, `tokens`, `changed`
/// (units of its parent that are at another level than the one before), `parent` (what an allocation says of each unit).
inline constexpr const char* searchLogSchema = "search-log";
Table searchLog(const std::vector<engine::Generation>& log, const SearchUnits& units, FitnessKind fitness);

}  // namespace ratescope::media::weights
