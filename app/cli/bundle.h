#pragma once

// A study as a folder for reviewers: `export bundle` writes it.

#include "core/store/library.h"

#include <string>

namespace ratescope::cli {

struct BundleChoice {
    std::string folder;
    std::string metric;  ///< of the figure; "" for the study's first
    bool withSources = true;
};

/// Writes the bundle and says what is in it; the exit code.
int exportBundle(const store::Library& library, const store::StudyRecord& study, const BundleChoice& choice);

}  // namespace ratescope::cli
