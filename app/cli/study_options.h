#pragma once

// What `run` and `plan` are told of a study.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/run/supervisor.h"

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ratescope::cli {

struct StudyChoice {
    std::string documentFile, library, device = "auto", seeds;
    std::vector<std::string> settings;
    int jobs = 0;  ///< 0: as many as there are processors
    int repeats = 0;
    bool json = false;
    bool allowCommands = false;  ///< of `run`
};

/// Adds DOCUMENT, --library, --jobs, --device, --set, --seeds, --time and --json.
void addStudyOptions(CLI::App& app, StudyChoice& choice, const std::string& schema);

struct ChosenStudy {
    graph::Document document;  ///< valid, with the settings applied
    std::filesystem::path directory, library;
    run::StudyOptions options;
    int jobs = 1;
};

/// Reads and checks the document. Throws Error(Usage) for a device that no node of the document uses.
ChosenStudy readStudy(const StudyChoice& choice, const graph::Catalogue& catalogue);

}  // namespace ratescope::cli
