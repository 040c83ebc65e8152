#pragma once

// Following a run: of this process's supervisor, or of the one that holds the library.

#include "app/cli/progress_line.h"
#include "core/run/client.h"
#include "core/run/supervisor.h"

#include <string>

namespace ratescope::cli {

/// Shows progress on the line, which must outlive the observer.
run::Observer observerOf(ProgressLine& line);

/// Shows the progress that events tell until the study is idle. The client must have subscribed. Throws the error of a
/// run that pauses by itself.
void waitUntilIdle(run::Client& client, const std::string& study);

/// The command line of this process, for the record.
std::string commandLineText();

}  // namespace ratescope::cli
