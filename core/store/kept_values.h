#pragma once

// Values of learners and experiments: artefacts that no run makes twice, kept while a study names their task. A study
// goes on naming those that it does not ask for any more, as orphaned, until garbage is collected.

#include "core/store/records.h"
#include "core/store/sqlite.h"

#include <cstdint>
#include <vector>

namespace ratescope::store {

/// The study asks for the values of these tasks, and for no others.
void nameValues(Database& database, StudyId study, const std::vector<Hash>& tasks);
/// The study has made the task's values (for a probe perhaps, which it did not plan). Nothing if it is deleted.
void nameMadeValue(Database& database, StudyId study, const Hash& task);
/// Forgets values that no study names; with `orphaned` also those that none asks for. Their artefacts stay.
void removeUnnamedValues(Database& database, bool orphaned);
/// Bytes of values that no study asks for.
std::uint64_t orphanedValueBytes(Database& database);

}  // namespace ratescope::store
