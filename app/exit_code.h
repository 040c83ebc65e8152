#pragma once

// What the programs answer to the shell: docs/exit-codes.md.

#include "core/error.h"

namespace ratescope {

enum ExitCode : int {
    exitDone = 0,
    exitInternal = 1,
    exitUsage = 2,
    exitInput = 3,
    exitDocument = 4,
    exitLibrary = 5,
    exitPlugin = 6,
    exitResource = 7,
    exitCancelled = 8,
    exitItemsFailed = 9,
    exitUnapproved = 10,
};

ExitCode exitCodeOf(ErrorKind kind);

/// Says on standard error what happened and what to do; the exit code.
int reportError(const char* program, const Error& error);

}  // namespace ratescope
