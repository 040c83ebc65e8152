#pragma once

// Where and how results are made: recorded with every result.

#include "core/store/records.h"

#include <cstdint>
#include <string>

namespace ratescope::run {

/// Program, compiler, host, CPU model; the caller adds document hash and threads of the study.
store::Environment gatherEnvironment(const std::string& commandLine, const std::string& device);

/// Bytes of memory of this machine, or of this process's cgroup if that allows less.
std::uint64_t physicalMemory();

}  // namespace ratescope::run
