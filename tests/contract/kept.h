#pragma once

// What nodes gave when their present version was made (tests/contract/kept.json): a node whose output changes
// must raise its version, since results in people's libraries are reused by it.

#include "core/graph/manifest.h"
#include "tests/contract/trial.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ratescope::contract {

/// Trials of one node by sample; refused samples are not among them.
using Trials = std::map<std::string, Trial>;

/// The foreign libraries that a node's output depends on, as its entry in the plugin says: name → version.
using Libraries = std::map<std::string, std::string>;

enum class Verdict { Same, Changed, AnotherVersion, AnotherLibrary, Unknown };

struct Comparison {
    Verdict verdict = Verdict::Same;
    std::string difference;  ///< the first one
};

/// Exact texts must be equal; scores within the manifest's tolerance, or 1e-9 relative. Where a library is
/// another one only keys are compared.
Comparison compareToKept(const graph::Manifest& manifest, const Libraries& libraries, const Trials& trials,
                         const std::filesystem::path& file);

/// Writes these trials in place of those kept of the node.
void keep(const graph::Manifest& manifest, const Libraries& libraries, const Trials& trials,
          const std::filesystem::path& file);

}  // namespace ratescope::contract
