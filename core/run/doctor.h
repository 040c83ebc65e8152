#pragma once

// Whether this installation can work: program, workers, plugins, folders, machine. Runs no node.

#include "core/error.h"
#include "core/graph/catalogue.h"
#include "core/run/worker_process.h"

#include <map>
#include <string>
#include <vector>

namespace ratescope::run {

enum class Health {
    Good,
    Poor,  ///< works, but something is missing or scarce
    Bad,   ///< what depends on it fails
};
/// "good", "poor", "bad".
const char* toText(Health health);

struct Finding {
    std::string subject;  ///< "plugin image"
    Health health = Health::Good;
    std::string says;                              ///< what was found
    std::string remedy;                            ///< what to do, unless it is good
    ErrorKind kind = ErrorKind::Internal;          ///< of what would fail, when it is bad
    std::map<std::string, std::string> libraries;  ///< foreign ones of a plugin: name → version
};

/// In a fixed order: program, machine, folders, plugins, each family's nodes (every node is made once by a
/// worker, and says its foreign libraries).
std::vector<Finding> examineInstallation(const graph::Catalogue& catalogue, const WorkerCommand& worker);

}  // namespace ratescope::run
