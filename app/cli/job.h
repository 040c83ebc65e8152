#pragma once

// One chain in a worker of its own, as the commands that work on single files run it.

#include "core/graph/catalogue.h"
#include "core/run/jobs.h"

#include <string>
#include <utility>
#include <vector>

namespace ratescope::cli {

/// Runs it with progress on a terminal, and gives the report that answers. Throws Error(Unapproved) for external
/// commands that the user has not approved, unless `allowCommands`; Error(Cancelled) within a second after an interrupt;
/// and what runChain throws.
run::TaskReport runJob(const run::Job& job, const graph::Catalogue& catalogue, bool allowCommands = false);

/// "PARAM=VALUE" each. Throws Error(Usage) for another form.
run::Settings settingsOf(const std::vector<std::string>& texts);
/// "PORT=FILE" each. Throws Error(Usage) for another form.
run::InputFiles inputFilesOf(const std::vector<std::string>& texts);

}  // namespace ratescope::cli
