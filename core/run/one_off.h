#pragma once

// A worker of its own, outside any study: one chain, which is what commands such as `encode`, `measure` and
// `perplexity` do, or one question.

#include "core/run/protocol.h"
#include "core/run/worker_process.h"

#include <functional>
#include <vector>

namespace ratescope::run {

/// The task that runs and how far it is, 0 … 1.
using TaskProgress = std::function<void(const Hash& task, double fraction)>;

/// Runs the chain with staging, cache, checkpoints and scratch in a folder of its own under the system's
/// temporary folder, removed afterwards, and returns the reports. `stop` is asked and `progress` told
/// every 50 ms. Throws the
/// first failure as Error, its text beginning with the task's node; Error(Cancelled) when stopped;
/// Error(Internal) when the worker dies, with the last lines of its log.
std::vector<TaskReport> runChain(Chain chain, const WorkerCommand& worker,
                                 const std::function<bool()>& stop = {}, const TaskProgress& progress = {});

/// What the tasks need, and why those of some can't be said. Throws Error(Internal) when the worker dies,
/// Error(Plugin) or Error(Resource) when it can't be started.
ResourceAnswer askResources(const ResourceQuery& query, const WorkerCommand& worker);

}  // namespace ratescope::run
