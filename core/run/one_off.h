#pragma once

// One chain on a worker of its own, outside any study: what the commands `encode`, `decode` and `measure` do.

#include "core/run/protocol.h"
#include "core/run/worker_process.h"

#include <functional>
#include <vector>

namespace ratescope::run {

/// Runs the chain with staging, cache, checkpoints and scratch in a folder of its own under the system's
/// temporary folder, removed afterwards, and returns the reports. `stop` is asked every 50 ms. Throws the
/// first failure as Error, its text beginning with the task's node; Error(Cancelled) when stopped;
/// Error(Internal) when the worker dies, with the last lines of its log.
std::vector<TaskReport> runChain(Chain chain, const WorkerCommand& worker,
                                 const std::function<bool()>& stop = {});

}  // namespace ratescope::run
