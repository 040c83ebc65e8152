#pragma once

// Where this installation keeps what documents name by a root, and what it brings along.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace ratescope::run {

/// RATESCOPE_SAMPLES: the sample photographs, <program's folder>/../share/ratescope/samples, else those that
/// scripts/setup put into the user's cache. RATESCOPE_DATA: ../shared/data beside the working folder. The
/// environment variables of these names go first; else only folders that are there.
std::map<std::string, std::filesystem::path> installedRoots();

/// The folder of the running program.
std::filesystem::path programFolder();

/// The example documents: <program>/../share/ratescope/examples, else resources/examples of the source tree that the
/// program was built in; nothing where neither is there.
std::optional<std::filesystem::path> examplesFolder(const std::filesystem::path& program = programFolder());

}  // namespace ratescope::run
