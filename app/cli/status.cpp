#include <array>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/status.h"

namespace ratescope::cli {
namespace {

constexpr std::array states = {store::State::Pending, store::State::Running,   store::State::Done,
                               store::State::Failed,  store::State::Cancelled, store::State::Interrupted};
constexpr std::size_t mostFailures = 1000;

void printCounts(const char* what, const store::StateCounts& counts) {
    std::cout << what;
    const char* separator = " ";
    for (const store::State state : states) {
        if (counts[state] == 0) continue;
        std::cout << separator << counts[state] << ' ' << toText(state);
        separator = ", ";
    }
    std::cout << (counts.total() == 0 ? " none\n" : "\n");
}

/// With several studies and none named, the counts are of the whole library.
std::optional<store::StudyRecord> chosenStudy(const store::Library& library, const std::string& name) {
    if (name.empty() && library.studies().empty()) return std::nullopt;
    return library.study(name);
}

}  // namespace

nlohmann::json toJson(const store::StateCounts& counts) {
    nlohmann::json json;
    for (const store::State state : states) json[toText(state)] = counts[state];
    return json;
}

nlohmann::json toJson(const store::FailureRow& row) {
    nlohmann::json values = nlohmann::json::object();
    for (const auto& [column, value] : row.values) std::visit([&](const auto& v) { values[column] = v; }, value);
    return {{"study", row.study},
            {"series", row.series},
            {"asset", row.asset},
            {"node", row.node},
            {"values", values},
            {"seed", row.seed},
            {"kind", toText(row.failure.kind)},
            {"what", row.failure.what},
            {"remedy", row.failure.remedy},
            {"log", row.failure.log}};
}

nlohmann::json statusJson(const store::Library& library, const std::optional<store::StudyRecord>& study) {
    const std::optional<store::StudyId> id = study ? std::optional(study->id) : std::nullopt;
    nlohmann::json failures = nlohmann::json::array();
    for (const store::FailureRow& row : library.failures(id, mostFailures)) failures.push_back(toJson(row));
    nlohmann::json json{{"items", toJson(library.itemCounts(id))},
                        {"measurements", toJson(library.measurementCounts(id))},
                        {"failures", failures}};
    if (study) json["study"] = study->name;
    return json;
}

void printFailures(const std::vector<store::FailureRow>& failures) {
    for (const store::FailureRow& row : failures) {
        std::cout << "  " << row.series << " · " << row.asset;
        for (const auto& [column, value] : row.values) std::cout << " · " << column << '=' << graph::toText(value);
        if (!row.node.empty()) std::cout << " · " << row.node;
        std::cout << ": " << row.failure.what << ' ' << row.failure.remedy << '\n';
    }
}

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
                return [file, name, json] {
                    const store::Library library(*file, store::Access::Read);
                    const auto study = chosenStudy(library, *name);
                    if (*json) {
                        std::cout << statusJson(library, study).dump(2) << '\n';
                        return int{exitDone};
                    }
                    const std::optional<store::StudyId> id = study ? std::optional(study->id) : std::nullopt;
                    printCounts("items:", library.itemCounts(id));
                    printCounts("measurements:", library.measurementCounts(id));
                    printFailures(library.failures(id, mostFailures));
                    return int{exitDone};
                };
            }};
}

}  // namespace ratescope::cli
