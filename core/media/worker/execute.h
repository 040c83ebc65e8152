#pragma once

// Runs chains of tasks: the heart of the worker. What it does and reports is said in core/run/protocol.h.

#include "core/media/worker/plugins.h"
#include "core/media/worker/task_context.h"
#include "core/media/worker/value_cache.h"
#include "core/run/protocol.h"

#include <atomic>

namespace ratescope::media {

/// Runs the chain and reports each task that ran or failed; `done` is left to the caller. Nothing that a task
/// does wrong is thrown. Once `cancelled` is set, the task at hand is reported as cancelled (if it asks) and
/// the rest not at all. Sets OpenCV's threads and, while it runs, the limit of the address space.
void runChain(const run::Chain& chain, Plugins& plugins, ValueCache& cache,
              const std::atomic<bool>& cancelled, const Send& send);

/// What the exception at hand means to the one who runs the study; to be called in a catch block.
run::TaskFailure failureOf(const run::Task& task, std::uint64_t memoryLimit);

}  // namespace ratescope::media
