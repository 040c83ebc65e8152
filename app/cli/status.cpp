#include "app/cli/command.h"
#include "app/cli/failures.h"
#include "core/store/status_json.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

using store::State;

void printCounts(const char* what, const store::StateCounts& counts) {
    std::cout << what;
    const char* separator = " ";
    for (const State state :
         {State::Pending, State::Running, State::Done, State::Failed, State::Cancelled, State::Interrupted}) {
        if (counts[state] == 0) continue;
        std::cout << separator << counts[state] << ' ' << toText(state);
        separator = ", ";
    }
    std::cout << (counts.total() == 0 ? " none\n" : "\n");
}

int printStatus(const std::string& file, const std::string& name, bool json) {
    const store::Library library(file, store::Access::Read);
    std::optional<store::StudyRecord> study;
    if (!name.empty() || !library.studies().empty()) study = library.study(name);
    if (json) {
        std::cout << store::statusJson(library, study).dump(2) << '\n';
        return exitDone;
    }
    const std::optional<store::StudyId> id = study ? std::optional(study->id) : std::nullopt;
    printCounts("items:", library.itemCounts(id));
    printCounts("measurements:", library.measurementCounts(id));
    std::cout << failureLines(library, id);
    return exitDone;
}

}  // namespace

Command statusCommand() {
    return {"status",
            "Count items and measurements by state, and name what failed",
            {"ratescope-cli status --library photographs.rslib"},
            [](CLI::App& app) {
                auto file = std::make_shared<std::string>();
                auto name = std::make_shared<std::string>();
                auto json = std::make_shared<bool>(false);
                app.add_option("--library", *file, "Library to read")->required();
                app.add_option("--study", *name, "Study, when the library holds several");
                app.add_flag("--json", *json, "JSON (docs/schemas/status.json)");
                return [file, name, json] { return printStatus(*file, *name, *json); };
            }};
}

}  // namespace ratescope::cli
