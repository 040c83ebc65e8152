#pragma once

// How a measure is computed: on how many threads and with which vector instructions. Its result depends on neither.

#include "core/instruction_set.h"
#include "core/media/node/context.h"

#include <cstddef>
#include <functional>

namespace ratescope::media {

struct Execution {
    int threads = 1;
    /// Called before each piece of work, from any of the threads; what it throws stops the work.
    std::function<void()> check = [] {};
    InstructionSet instructions = bestInstructionSet();

    /// Calls `work` with 0 … pieces − 1, each once, in any order and on `threads` threads at once. Throws the first
    /// error that a piece throws, once all threads have stopped.
    void forEach(std::size_t pieces, const std::function<void(std::size_t)>& work) const;
};

/// With the task's threads, stopping when it is cancelled.
Execution executionIn(Context& context);

}  // namespace ratescope::media
